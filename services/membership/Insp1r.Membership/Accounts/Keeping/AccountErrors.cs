using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Insp1r.Membership.Accounts.Keeping;

internal static class AccountErrors
{
    public static readonly Error Exists = new(409, "account-exists", "There is an account already");
    public static readonly Error Closed = new(409, "account-closed", "The account is closed");
    public static readonly Error Active = new(409, "account-active", "The invitation was taken up");
    public static readonly Error NoAddress = new(409, "account-without-address", "The person has no e-mail address to write to");

    public static ProblemHttpResult Missing() => CommonErrors.NotFound.ToProblem("There is no such account inside your nodes.");
}
