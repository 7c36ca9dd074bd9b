using Insp1r.Membership.Imports;
using Insp1r.ServiceDefaults.Problems;
using Insp1r.Testing.Stack;

namespace Insp1r.Membership.Tests.Imports;

/// <summary>Spreadsheets of several writers (Files/), and what their cells become.</summary>
public sealed class SpreadsheetTests(Shared shared)
{
    private const string Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("escapes", "2:Union\r des Champs|UDC|NP|Syndicat")]
    [InlineData("hidden-rows", "2:Union Visible|UV|NP|Syndicat", "3:Union Cachée|UC|NP|Syndicat")]
    [InlineData("merged", "2:Union M1|M1|NP|Syndicat", "3:Union M2|M2", "4:Union M3|M3")]
    [InlineData("strict", "2:Union Stricte|US|NP|Syndicat")]
    [InlineData("blank-typed", "2:Union Vide||NP|Syndicat", "3:Union Vrai|True|NP|Syndicat")]
    [InlineData("rels-prefix", "2:Union Variante|UV|NP|Syndicat")]
    [InlineData("dimension-wrong", "2:Union Variante|UV|NP|Syndicat")]
    [InlineData("absolute-target", "2:Union Variante|UV|NP|Syndicat")]
    [InlineData("backslash-names", "2:Union Variante|UV|NP|Syndicat")]
    [InlineData("prefix-everywhere", "2:Union Variante|UV|NP|Syndicat")]
    public void Spreadsheet_OfAnyWriter_IsRead(string file, params string[] rows) =>
        Assert.Equal(["1:Nom|Sigle|Pays|Type", .. rows], Read(FileOf(file)));

    [Fact]
    public void Spreadsheet_WhosePartsAreElsewhere_IsRefused()
    {
        var errors = new FieldErrors();

        Assert.Null(SpreadsheetFile.Read(FileOf("docx-like"), errors));

        Assert.Equal("bad-spreadsheet", Assert.Single(errors.Items).Code);
    }

    [Theory]
    [InlineData("""<c r="A1"><v>17</v></c>""", "17")]
    [InlineData("""<c r="A1"><v>0.1</v></c>""", "0.1")]
    [InlineData("""<c r="A1"><v>1.23457E+14</v></c>""", "123457000000000")]
    [InlineData("""<c r="A1" s="1"><v>41760</v></c>""", "2014-05-01")]
    [InlineData("""<c r="A1" s="1"><v>41760.5</v></c>""", "2014-05-01T12:00:00")]
    [InlineData("""<c r="A1" s="1"><v>-1</v></c>""", "-1")]
    [InlineData("""<c r="A1" t="d"><v>2014-05-01T00:00:00Z</v></c>""", "2014-05-01")]
    [InlineData("""<c r="A1" t="b"><v>0</v></c>""", "False")]
    [InlineData("""<c r="A1" t="str"><f>B1&amp;"x"</f><v>text_x0041_</v></c>""", "textA")]
    [InlineData("""<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><rPr><b/></rPr><t xml:space="preserve"> b</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>""", "a b")]
    [InlineData("""<c r="A1" t="e"><v>#REF!</v></c>""", "#REF!")]
    [InlineData("""<c r="A1" t="e"><v></v></c>""", "#ERROR!")]
    [InlineData("<c><v>1</v></c><c><v>2</v></c>", "1|2")]
    [InlineData("""<c r="C1"><v>3</v></c>""", "||3")]
    [InlineData("""<c r="B1"><v>2</v></c><c r="A1"><v>1</v></c>""", "1|2")]
    public void Cell_IsReadAsItIsMeant(string cells, string expected) =>
        Assert.Equal([$"1:{expected}"], Read(Workbooks.Spreadsheet($"""<row r="1">{cells}</row>""")));

    [Fact]
    public void Rows_ThatStandInNoOrder_AreRefused()
    {
        var errors = new FieldErrors();

        Assert.Null(SpreadsheetFile.Read(Workbooks.Spreadsheet("""<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>"""), errors));

        Assert.Equal("bad-spreadsheet", Assert.Single(errors.Items).Code);
    }

    [Theory]
    [InlineData("#N/A", true)]
    [InlineData("#REF!", true)]
    [InlineData("#DIV/0!", true)]
    [InlineData("#NOM?", true)]
    [InlineData("#¡VALOR!", true)]
    [InlineData("#GETTING_DATA", true)]
    [InlineData("#17", false)]
    [InlineData("#", false)]
    [InlineData("#Femmes!", false)]
    [InlineData("N/A", false)]
    public void SpreadsheetError_IsKnownByItsForm(string cell, bool isError) => Assert.Equal(isError, SpreadsheetErrors.Is(cell));

    [Fact]
    public async Task M12_ErrorCells_RejectTheirRowsAndEmptyNothing()
    {
        var network = await shared.NewNetworkAsync(Ct);
        var before = "Code,Nom,Sigle,Pays,Type,Site web\ne1,Union Erreur,UE,NP,Syndicat,https://ue.example.org\ne2,Union Erreur Deux,UED,NP,Syndicat,https://ue2.example.org\n";
        (await ImportAsync(network, System.Text.Encoding.UTF8.GetBytes(before), "text/csv")).Expect(200);
        var state = await shared.StateOfAsync(network.Node, Ct);

        var answer = (await ImportAsync(network, FileOf("error-cells"), Xlsx)).Expect(200);

        Assert.Equal(["/website error-cell", "/acronym error-cell"], answer.Json["rows"]!.AsArray().SelectMany(row => row!.Faults()));
        Assert.Contains("#C3!", (string?)answer.Json["rows"]![1]!["errors"]![0]!["detail"], StringComparison.Ordinal);
        Assert.Equal(state, await shared.StateOfAsync(network.Node, Ct));
    }

    private static List<string> Read(byte[] file)
    {
        var errors = new FieldErrors();
        var rows = SpreadsheetFile.Read(file, errors);
        Assert.Empty(errors.Items);
        return rows!.Kept.ConvertAll(row => $"{row.Number}:{string.Join('|', row.Cells)}");
    }

    private static byte[] FileOf(string name)
    {
        using var resource = typeof(SpreadsheetTests).Assembly.GetManifestResourceStream($"{name}.xlsx")!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static Task<Answer> ImportAsync(Network network, byte[] file, string type)
    {
        var content = new ByteArrayContent(file);
        content.Headers.ContentType = new(type);
        return network.Contributor.SendAsync(HttpMethod.Post, $"/api/v1/imports?mode=commit&node={network.Node}", content, Ct);
    }
}
