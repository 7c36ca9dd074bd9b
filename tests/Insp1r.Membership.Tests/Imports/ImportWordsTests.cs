using Insp1r.Membership.Imports;
using Insp1r.Membership.Reference;
using Insp1r.ServiceDefaults.Problems;

namespace Insp1r.Membership.Tests.Imports;

public sealed class ImportWordsTests
{
    [Theory]
    [InlineData("2014-05-01", "2014-05-01")]
    [InlineData("2014-05-01T00:00:00", "2014-05-01")]
    [InlineData("2014/5/1", "2014-05-01")]
    [InlineData("1.5.2014", "2014-05-01")]
    [InlineData("13/05/2014", "2014-05-13")]
    [InlineData("05/13/2014", "2014-05-13")]
    [InlineData("5/5/2014 00:00", "2014-05-05")]
    [InlineData("1 mai 2014", "2014-05-01")]
    [InlineData("1er août 2014", "2014-08-01")]
    [InlineData("1 de mayo de 2014", "2014-05-01")]
    [InlineData("May 1st, 2014", "2014-05-01")]
    [InlineData("01-Dec-2014", "2014-12-01")]
    [InlineData("41760", "2014-05-01")]
    [InlineData("01/05/2014", "ambiguous-date")]
    [InlineData("2014", "incomplete-date")]
    [InlineData("mai 2014", "incomplete-date")]
    [InlineData("01/05/14", "incomplete-date")]
    [InlineData("31/02/2014", "bad-date")]
    [InlineData("31 février 2014", "bad-date")]
    [InlineData("long ago", "bad-date")]
    [InlineData("1 may june 2014", "bad-date")]
    public void M12_Dates_ReadAsWrittenOrNotGuessed(string cell, string expected)
    {
        var errors = new FieldErrors();

        var day = new ImportDates([cell]).Read(cell, "/memberSince", errors);

        Assert.Equal(expected, day?.ToString("yyyy-MM-dd") ?? Assert.Single(errors.Items).Code);
    }

    [Theory]
    [InlineData("13/01/2014", "2014-05-01")]
    [InlineData("01/13/2014", "2014-01-05")]
    [InlineData("01/02/2014", "ambiguous-date")]
    [InlineData("13/01/2014 01/13/2014", "ambiguous-date")]
    public void M12_Dates_WholeColumnDecidesWhichComesFirst(string others, string expected)
    {
        var errors = new FieldErrors();

        var day = new ImportDates([.. others.Split(' '), "01/05/2014"]).Read("01/05/2014", "/memberSince", errors);

        Assert.Equal(expected, day?.ToString("yyyy-MM-dd") ?? Assert.Single(errors.Items).Code);
    }

    [Theory]
    [InlineData("rw", "RW")]
    [InlineData("646", "RW")]
    [InlineData("Ruanda", "RW")]
    [InlineData("cote d'ivoire", "CI")]
    [InlineData("Ivory Coast", "CI")]
    [InlineData("R.D. Congo", "CD")]
    [InlineData("république démocratique du Congo", "CD")]
    [InlineData("ESTADOS UNIDOS", "US")]
    [InlineData("Pays-Bas", "NL")]
    [InlineData("Congo", "")]
    [InlineData("Guinée", "GN")]
    [InlineData("Niger", "NE")]
    [InlineData("Atlantis", "")]
    public void M12_Countries_ByCodeOrNameInThreeLanguages(string text, string expected) =>
        Assert.Equal(expected, CountryNames.TryParse(text, out var alpha2) ? alpha2 : "");

    [Fact]
    public void M12_Countries_EachHasNamesAndNoTwoTheSame()
    {
        using var reader = new StreamReader(typeof(CountryNames).Assembly.GetManifestResourceStream("country-names.txt")!);
        var lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(line => line.Split('|')).ToList();

        Assert.Equal(Countries.All, lines.Select(line => line[0]).Order(StringComparer.Ordinal));
        Assert.All(lines, line => Assert.All(line[1..], name => Assert.True(CountryNames.TryParse(name, out var alpha2) && alpha2 == line[0], $"{name}: {alpha2}")));
    }

    [Theory]
    [InlineData("trade-union", "trade-union")]
    [InlineData("Syndicats", "trade-union")]
    [InlineData("Mutuelle de santé; Coopérative", "mutual-health-organisation cooperative")]
    [InlineData("Syndicat et coopérative", "trade-union cooperative")]
    [InlineData("Women's Organization / NGO", "womens-organisation ngo")]
    [InlineData("Organización de mujeres y jóvenes", "womens-organisation youth-movement")]
    [InlineData("ONG, ong", "ngo")]
    [InlineData("fishers", "fishers")]
    [InlineData("", "")]
    public void M12_Types_ByCodeOrWordInThreeLanguages(string cell, string expected) => Assert.Equal(expected, string.Join(' ', TypeWords.Parse(cell)));

    [Theory]
    [InlineData("insp1r.africa.rw", "insp1r-africa-rw")]
    [InlineData("insp1r.latin-america.pe", "insp1r-latin-america-pe-")]
    [InlineData("insp1r.africa.a123456789012345678901234567890123456789", "insp1r-africa-a12345678901234-")]
    public void M12_NamespaceOfANode_IsItsOwnAndAlwaysTheSame(string node, string expected)
    {
        var ns = RecordsOnFile.NamespaceOf(node);

        Assert.StartsWith(expected, ns, StringComparison.Ordinal);
        Assert.True(ns.Length <= 40);
        Assert.NotEqual(ns, RecordsOnFile.NamespaceOf(node.Replace("latin-america", "latin.america", StringComparison.Ordinal).Replace("6789", "6780", StringComparison.Ordinal) + "x"));
        Assert.Equal(ns, RecordsOnFile.NamespaceOf(node));
    }
}
