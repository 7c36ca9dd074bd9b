using System.Text.Json;
using Insp1r.ServiceDefaults.Http;
using Insp1r.ServiceDefaults.Problems;
using Xunit;

namespace Insp1r.ServiceDefaults.Tests;

public class ProblemTests
{
    private sealed record Sample(string Name, IReadOnlyList<int> Numbers)
    {
        public decimal Price { get; init; }
        public Optional<string[]> Words { get; init; }
        public Optional<decimal?> Rate { get; init; }
        public IReadOnlyDictionary<string, string>? Texts { get; init; }
        public Dictionary<string, Sample>? Parts { get; init; }
        public Sample? Other { get; init; }
        public List<DayOfWeek?>? Days { get; init; }
    }

    [Theory]
    [InlineData("""{"name":"a","numbers":[1,"x"]}""", "/numbers/1", "A whole number.")]
    [InlineData("""{"name":"a","numbers":[],"surname":"b"}""", "/surname", "Unknown member 'surname'.")]
    [InlineData("""{"numbers":[]}""", "", "Missing: 'name'.")]
    [InlineData("""{"name":"a","numbers":"secret"}""", "/numbers", "A list. Each item: a whole number.")]
    [InlineData("""{"name":"a","numbers":[],"price":"secret"}""", "/price", "A number.")]
    [InlineData("""{"name":"a","numbers":[],"words":"secret"}""", "/words", "A list. Each item: a text.")]
    [InlineData("""{"name":"a","numbers":[],"rate":"secret"}""", "/rate", "A number.")]
    [InlineData("""{"name":"a","numbers":[],"texts":[]}""", "/texts", "An object. Each member: a text.")]
    [InlineData("""{"name":"a","numbers":[],"texts":{"en":1}}""", "/texts/en", "A text.")]
    [InlineData("""{"name":"a","numbers":[],"parts":[]}""", "/parts", "An object. Each member: an object.")]
    [InlineData("""{"name":"a","numbers":[],"other":[]}""", "/other", "An object.")]
    [InlineData("""{"name":"a","numbers":[],"other":"secret"}""", "/other", "An object.")]
    [InlineData("""{"name":"a","numbers":[],"days":[true]}""", "/days/0", "One of sunday, monday, tuesday, wednesday, thursday, friday, saturday.")]
    [InlineData("""{"name":1,"numbers":[]}""", "/name", "A text.")]
    [InlineData("""{"name":"a","numbers":[],"other":{"name":"a","numbers":[],"other":{"name":1}}}""", "/other/other/name", "A text.")]
    [InlineData("[]", "", "An object.")]
    [InlineData("""{"name":null,"numbers":[]}""", "/name", "null is not a value here.")]
    [InlineData("""{"name":"a","name":"b","numbers":[]}""", "/name", "Given twice.")]
    public void S18_BadJson_IsExplainedWithAPointer(string json, string pointer, string explanation)
    {
        var thrown = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Sample>(json, JsonDefaults.Options));

        Assert.Equal(pointer, ExceptionProblems.PointerOf(thrown.Path));
        Assert.Equal(explanation, ExceptionProblems.Explain(thrown));
    }

    [Theory]
    [InlineData("""{"name":"a","name":"b","numbers":[]}""")]
    [InlineData("""{"name":null,"numbers":[]}""")]
    [InlineData("""{"Name":"a","numbers":[]}""")]
    [InlineData("""{"name":"a","numbers":["1"]}""")]
    public void S18_Json_IsReadStrictly(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Sample>(json, JsonDefaults.Options));

    [Theory]
    [InlineData("good \u00e9\U0001F600 text\n", true)]
    [InlineData("nul \0", false)]
    [InlineData("bell \a", false)]
    [InlineData("   ", false)]
    public void FieldErrors_Text_ThatCannotBeStoredIsNamed(string value, bool isGood)
    {
        var errors = new FieldErrors();
        errors.Required("/name", value, 40);

        Assert.Equal(isGood, !errors.Any);
        Assert.All(errors.Items, error => Assert.Equal("/name", error.Pointer));
    }

    // An attribute's text cannot hold half a character.
    [Theory]
    [InlineData(0xD800)]
    [InlineData(0xDC00)]
    public void FieldErrors_HalfACharacter_IsNamed(int half)
    {
        var errors = new FieldErrors();
        errors.Required("/name", $"a{(char)half}b", 40);

        Assert.Equal("bad-character", Assert.Single(errors.Items).Code);
    }

    [Fact]
    public void FieldErrors_ReportsAllAtOnce()
    {
        var errors = new FieldErrors();
        errors.Required("/a", null, 5);
        errors.Text("/b", "too long a text", 5);
        errors.Languages("/c", new Dictionary<string, string>(StringComparer.Ordinal) { ["xx"] = "?" }, 5, required: true);

        Assert.Equal(["required", "too-long", "unknown-language"], errors.Items.Select(error => error.Code));
    }
}
