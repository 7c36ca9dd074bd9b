using FsCheck;
using FsCheck.Fluent;
using Insp1r.ServiceDefaults.Http;
using Xunit;

namespace Insp1r.ServiceDefaults.Tests;

public class KeysetCursorTests
{
    [Fact]
    public void S13_Cursor_RoundTripsEveryKey() =>
        Prop.ForAll(ArbMap.Default.ArbFor<UnicodeString>(), ArbMap.Default.ArbFor<Guid>(), (key, id) =>
        {
            var text = key.Get.Replace("\0", "", StringComparison.Ordinal).Replace("\uFFFD", "", StringComparison.Ordinal);
            if (text.Any(char.IsSurrogate))
                return true;
            return KeysetCursor.TryDecode(KeysetCursor.Encode(text, id), out var readKey, out var readId) && readKey == text && readId == id;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void S13_Cursor_OfAnotherMaking_IsRefusedAndNeverThrows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text =>
        {
            _ = KeysetCursor.TryDecode(text, out _, out _);
            return text is null or { Length: > 60 } || !KeysetCursor.TryDecode(text, out _, out _);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(501)]
    [InlineData(int.MaxValue)]
    public void S13_Limit_OutOfBounds_IsAProblem(int limit) => Assert.Equal(400, new PageQuery { Limit = limit }.Check(out _)!.StatusCode);

    [Fact]
    public void S13_Limit_NotGiven_Is50()
    {
        Assert.Null(new PageQuery().Check(out var limit));
        Assert.Equal(50, limit);
    }

    [Fact]
    public void S13_Page_OneRowMoreThanTheLimit_HasANext()
    {
        var page = Page<int>.From([1, 2, 3], 2, row => $"after-{row}");

        Assert.Equal([1, 2], page.Items);
        Assert.Equal("after-2", page.Next);
        Assert.Null(Page<int>.From([1, 2], 2, row => $"after-{row}").Next);
    }
}
