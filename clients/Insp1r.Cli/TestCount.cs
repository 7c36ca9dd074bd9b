using System.Globalization;
using System.Xml.Linq;

namespace Insp1r.Cli;

/// <summary>The counts of a test run; its text is the last line of <c>./insp1r test</c>, which scripts read.</summary>
internal sealed record TestCount(int Passed = 0, int Failed = 0, int Skipped = 0)
{
    public int All => Passed + Failed + Skipped;

    public static TestCount operator +(TestCount a, TestCount b) => new(a.Passed + b.Passed, a.Failed + b.Failed, a.Skipped + b.Skipped);

    /// <summary>Reads a trx file; none, or half of one, counts nothing.</summary>
    public static TestCount Read(string file)
    {
        if (!File.Exists(file))
            return new TestCount();

        try
        {
            var counters = XDocument.Load(file).Descendants().First(e => e.Name.LocalName == "Counters");
            var total = Count("total");
            var passed = Count("passed");
            var notExecuted = total - Count("executed");
            return new TestCount(passed, total - passed - notExecuted, notExecuted);

            int Count(string name) => int.Parse(counters.Attribute(name)!.Value, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is System.Xml.XmlException or InvalidOperationException)
        {
            return new TestCount();
        }
    }

    public override string ToString() => $"{Passed} passed, {Failed} failed{(Skipped > 0 ? $", {Skipped} skipped" : "")}";
}
