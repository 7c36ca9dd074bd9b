using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.Membership.Data;

internal static class DatabaseErrors
{
    /// <summary>True where this one constraint refused the change, and nothing else did.</summary>
    public static bool Violates(this DbUpdateException exception, string constraint) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } refused && refused.ConstraintName == constraint;
}
