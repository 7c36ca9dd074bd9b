using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Insp1r.ServiceDefaults.Problems;

public static class ConstraintViolations
{
    /// <summary>True where this very constraint refused the change: no other database error is an answer to a client.</summary>
    public static bool Violates(this DbUpdateException exception, string constraint) =>
        exception.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } violation && violation.ConstraintName == constraint;
}
