using FsCheck;
using FsCheck.Fluent;
using Insp1r.ServiceDefaults.Http;
using Xunit;

namespace Insp1r.ServiceDefaults.Tests;

public class CsvTests
{
    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("Union;=cmd|' /C calc'!A0", "\"Union;'=cmd|' /C calc'!A0\"")]
    [InlineData("Union;'=1", "\"Union;''=1\"")]
    [InlineData("Union\t+1", "\"Union\t'+1\"")]
    [InlineData("Union\n-1", "\"Union\n'-1\"")]
    [InlineData("a;b", "\"a;b\"")]
    [InlineData("1 + 1 = 2; fin", "\"1 + 1 = 2; fin\"")]
    [InlineData("l'Union", "l'Union")]
    public void S9_Cell_HoldsNoFormulaWhicheverWaySpreadsheetsDivideIt(string text, string cell) => Assert.Equal(cell, Csv.Cell(text));

    [Fact]
    public void S9_GuardedText_ComesBackAsItWas() =>
        Prop.ForAll(Gen.Elements("';\t\n=+-@ax".ToCharArray()).ArrayOf().Select(letters => new string(letters)).ToArbitrary(), text => Csv.Unguard(Csv.Guard(text)) == text)
            .QuickCheckThrowOnFailure();
}
