using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Insp1r.Membership.Data;

/// <summary>Lets dotnet-ef read the model; it connects to nothing.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<MembershipDb>
{
    public MembershipDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<MembershipDb>().UseNpgsql("Host=nowhere").Options);
}
