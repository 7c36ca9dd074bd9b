using FsCheck;
using FsCheck.Fluent;
using Insp1r.Messaging.Feed;
using Insp1r.Messaging.Log;
using Xunit;

namespace Insp1r.Messaging.Tests;

public class FeedCursorTests
{
    private static readonly Gen<FeedCursor> Cursors =
        from epoch in Gen.Choose(1, 1000)
        from tx in ArbMap.Default.GeneratorFor<ulong>()
        from seq in ArbMap.Default.GeneratorFor<long>().Where(seq => seq >= 0)
        from filter in ArbMap.Default.GeneratorFor<uint>()
        select new FeedCursor(epoch, new LogPosition(tx, seq), filter);

    [Fact]
    public void S1_Cursor_RoundTrips() =>
        Prop.ForAll(Cursors.ToArbitrary(), cursor => FeedCursor.TryDecode(cursor.Encode(), out var read) && read == cursor).QuickCheckThrowOnFailure();

    [Fact]
    public void S1_Cursor_WithOneCharacterChanged_IsRefused() =>
        Prop.ForAll(Cursors.ToArbitrary(), Gen.Choose(0, 38).ToArbitrary(), Gen.Elements('A', 'b', '9', '_').ToArbitrary(), (cursor, at, character) =>
        {
            var text = cursor.Encode().ToCharArray();
            if (at >= text.Length || text[at] == character)
                return true;
            text[at] = character;
            // The last character has bits that mean nothing: changing only those gives the same cursor, and that is no harm.
            return !FeedCursor.TryDecode(new string(text), out var read) || read == cursor;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void S1_Cursor_AnyText_NeverThrows() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text => !FeedCursor.TryDecode(text.Get, out _)).QuickCheckThrowOnFailure();

    [Fact]
    public void S1_Filter_IsTheSameInAnyOrder_AndAnotherForOtherNodes()
    {
        Assert.Equal(FeedCursor.FilterOf(["a", "b"], ["x", "y"]), FeedCursor.FilterOf(["b", "a"], ["y", "x"]));
        Assert.NotEqual(FeedCursor.FilterOf(["a"], null), FeedCursor.FilterOf(["b"], null));
        Assert.NotEqual(FeedCursor.FilterOf(["a"], null), FeedCursor.FilterOf(["a"], ["x"]));
    }
}
