using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Imports;

internal static class ImportErrors
{
    public static readonly Error Unreadable = new(422, "unreadable-file", "The file cannot be read");
    public static readonly Error ColumnsUnclear = new(422, "columns-unclear", "The columns of the file are not clear");
    public static readonly Error BrokenOff = new(503, "import-broken-off", "The import broke off");
}
