using System.Diagnostics;
using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Load;

/// <summary>
/// A client that does not give up: what fails on the way, or with 5xx, is sent again unchanged, with the same Idempotency-Key, until there
/// is an answer. So a request that was carried out but not answered is asked for again, and must not be carried out twice.
/// </summary>
internal static class Persistence
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan OneTry = TimeSpan.FromSeconds(20);

    public static async Task<Answer> UntilAnsweredAsync(Func<CancellationToken, Task<Answer>> send, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var last = "";
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(OneTry);
            try
            {
                var answer = await send(limit.Token);
                if (answer.Status < 500 && answer.Status != 429 && answer.Problem != "/problems/idempotency-key-in-flight")
                    return answer;
                last = answer.ToString();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !ct.IsCancellationRequested)
            {
                last = e.Message;
            }

            // The pause of a polite client, not a guess at how long something takes.
            await Task.Delay(TimeSpan.FromMilliseconds(150), ct);
        }

        throw new TimeoutException($"No answer within {Patience.TotalSeconds:0} s; the last failure was: {last}");
    }
}
