namespace Insp1r.Membership.Accounts;

/// <summary>What of signing in has its time, in bounded steps.</summary>
internal static class AccountSchema
{
    /// <summary>A code is over after a minute; for a day it is still known, so that one brought twice is seen to be.</summary>
    public const string ExpireCodes = """
        delete from authorization_code where ctid = any(array(
          select ctid from authorization_code where expires_at < now() - interval '1 day' limit 1000))
        """;

    /// <summary>Sessions, with their refresh tokens, for 90 days after their end: somebody may ask who was signed in.</summary>
    public const string ExpireSessions = """
        delete from account_session where ctid = any(array(
          select ctid from account_session where expires_at < now() - interval '90 days' limit 1000))
        """;
}
