using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Figures;

internal static class FigureErrors
{
    public static readonly Error Corrected = new(409, "figure-corrected", "The figure was corrected already");
    public static readonly Error Withdrawn = new(409, "figure-withdrawn", "The figure was withdrawn");
}
