using System.Security.Cryptography;
using System.Text;
using Insp1r.ServiceDefaults.Access;
using Insp1r.ServiceDefaults.Problems;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Insp1r.ServiceDefaults.Idempotency;

/// <summary>
/// Idempotency-Key on every POST. The answer is stored in the transaction of its effect, so there is never one without the
/// other; it is sent after the commit. Keys are a client's own, and kept for as long as the retention rule says.
/// </summary>
internal sealed class IdempotencyMiddleware<TDb>(RequestDelegate next, TimeProvider clock) where TDb : DbContext
{
    private const int MaxKey = 200;

    // One lock for each client and key, held to the end: a twin in flight finds it taken. That of a session goes where the session goes.
    private const string TransactionLock = "select pg_try_advisory_xact_lock(hashtextextended($1 || chr(31) || $2, 8713))";
    private const string SessionLock = "select pg_try_advisory_lock(hashtextextended($1 || chr(31) || $2, 8713))";
    private const string SessionUnlock = "select pg_advisory_unlock(hashtextextended($1 || chr(31) || $2, 8713))";

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        string? key = request.Headers[IdempotencySchema.Header];
        if (key is null || !HttpMethods.IsPost(request.Method) || context.GetEndpoint() is not { } endpoint
            || endpoint.Metadata.GetMetadata<OwnIdempotency>() is not null || endpoint.Metadata.GetMetadata<SecretAnswer>() is not null)
        {
            await next(context);
            return;
        }

        if (!IdempotencySchema.IsValid(key))
        {
            await IdempotencyErrors.BadKey.ToProblem($"The key is 1 to {MaxKey} visible ASCII characters.").ExecuteAsync(context);
            return;
        }

        var ct = context.RequestAborted;
        var hash = await HashAsync(request, ct);
        var client = Caller.Of(context.User).Id;
        var db = context.RequestServices.GetRequiredService<TDb>();

        if (endpoint.Metadata.GetMetadata<ManyTransactions>() is not null)
        {
            await RunWithoutTransactionAsync(context, db, client, key, hash, ct);
            return;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var (free, known) = await LookUpAsync(db, client, key, TransactionLock, ct);
        if (!await RefusesAsync(context, free, known, hash))
            await RunAsync(context, db, transaction, client, key, hash);
    }

    // A transaction that waits for the work of others would be ended by the database, and would hold back whoever follows the log.
    private async Task RunWithoutTransactionAsync(HttpContext context, TDb db, string client, string key, byte[] hash, CancellationToken ct)
    {
        await db.Database.OpenConnectionAsync(ct);
        var free = true;
        try
        {
            (free, var known) = await LookUpAsync(db, client, key, SessionLock, ct);
            if (!await RefusesAsync(context, free, known, hash))
                await RunAsync(context, db, transaction: null, client, key, hash);
        }
        finally
        {
            if (free)
                await UnlockAsync(db, client, key);
        }
    }

    private static async Task UnlockAsync(TDb db, string client, string key)
    {
        try
        {
            await using var command = Command(db, SessionUnlock, client, key);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // The connection broke, and the lock with it.
        }
    }

    /// <summary>True where the key itself decides the answer.</summary>
    private static async Task<bool> RefusesAsync(HttpContext context, bool free, StoredAnswer? known, byte[] hash)
    {
        if (known is not null)
        {
            await (known.Hash.AsSpan().SequenceEqual(hash) ? known.WriteAsync(context) : IdempotencyErrors.KeyReused
                .ToProblem("This key came with another request before; take a new key for a new request.").ExecuteAsync(context));
            return true;
        }

        if (!free)
        {
            context.Response.Headers.RetryAfter = "1";
            await IdempotencyErrors.InFlight.ToProblem("The first request with this key is still at work.").ExecuteAsync(context);
        }

        return !free;
    }

    private async Task RunAsync(HttpContext context, TDb db, IDbContextTransaction? transaction, string client, string key, byte[] hash)
    {
        var (wire, aborted) = (context.Response.Body, context.RequestAborted);
        using var buffer = new MemoryStream();
        context.Response.Body = buffer;
        // A client that hung up asks again with its key, and must then find the whole answer: the framework would leave out the body
        // of an answer that nobody waits for, and say nothing.
        context.RequestAborted = CancellationToken.None;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = wire;
            context.RequestAborted = aborted;
        }

        var answer = StoredAnswer.Of(context.Response, buffer, hash);
        // From here on the effect must not be abandoned half-way because the client hung up: it will ask again with its key.
        if (answer.IsSuccess)
        {
            await StoreAsync(db, client, key, answer);
            if (transaction is not null)
                await transaction.CommitAsync(CancellationToken.None);
        }
        else
        {
            if (transaction is not null)
                await transaction.RollbackAsync(CancellationToken.None);
            if (answer.IsFinalRefusal && !context.Response.Headers.ContainsKey("Retry-After"))
            {
                // The connection was the transaction's, and went with it.
                await db.Database.OpenConnectionAsync(CancellationToken.None);
                await StoreAsync(db, client, key, answer);
                await db.Database.CloseConnectionAsync();
            }
        }

        buffer.Position = 0;
        await buffer.CopyToAsync(wire, context.RequestAborted);
    }

    private static async Task<byte[]> HashAsync(HttpRequest request, CancellationToken ct)
    {
        // In memory, whatever its length: the server bounds that, and what people send does not lie in a temporary file.
        request.EnableBuffering(bufferThreshold: int.MaxValue);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(request.Path + request.QueryString + "\n"));

        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, ct)) > 0)
            hash.AppendData(chunk, 0, read);
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    private static async Task<(bool Free, StoredAnswer? Known)> LookUpAsync(TDb db, string client, string key, string tryLock, CancellationToken ct)
    {
        // Two statements in one round trip: a single one could take the lock after the first request ended and still see the table as
        // it was before.
        await using var batch = new NpgsqlBatch((NpgsqlConnection)db.Database.GetDbConnection(), (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        batch.BatchCommands.Add(BatchCommand(tryLock, client, key));
        batch.BatchCommands.Add(BatchCommand("select request_hash, status, headers, body from idempotency_key where client_id = $1 and key = $2", client, key));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var free = reader.GetBoolean(0);
        await reader.NextResultAsync(ct);
        return !await reader.ReadAsync(ct)
            ? (free, null)
            : (free, new StoredAnswer(reader.GetFieldValue<byte[]>(0), reader.GetInt32(1), reader.GetFieldValue<string[]>(2), reader.GetFieldValue<byte[]>(3)));
    }

    private static NpgsqlBatchCommand BatchCommand(string sql, params string[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = value });
        return command;
    }

    private async Task StoreAsync(TDb db, string client, string key, StoredAnswer answer)
    {
        // A refusal is stored after the rollback, and that closed the connection.
        await db.Database.OpenConnectionAsync(CancellationToken.None);
        await using var command = Command(db, """
            insert into idempotency_key (client_id, key, request_hash, status, headers, body, created_at)
            values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing
            """, client, key, answer.Hash, answer.Status, answer.Headers, answer.Body, clock.GetUtcNow());
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static NpgsqlCommand Command(TDb db, string sql, params object[] values)
    {
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        var command = new NpgsqlCommand(sql, connection, (NpgsqlTransaction?)db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }
}

/// <summary>An answer as it was given the first time.</summary>
internal sealed record StoredAnswer(byte[] Hash, int Status, string[] Headers, byte[] Body)
{
    // Of this connection, or for one browser alone.
    private static readonly string[] NotKept = ["Connection", "Content-Length", "Date", "Server", "Set-Cookie", "Transfer-Encoding"];

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>A refusal that the same request will meet again; being told to come back later, or to sign in, is not one.</summary>
    public bool IsFinalRefusal => Status is >= 400 and < 500 and not (401 or 403 or 408 or 409 or 423 or 425 or 429);

    public static StoredAnswer Of(HttpResponse response, MemoryStream body, byte[] hash)
    {
        var headers = response.Headers.Where(header => !NotKept.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).Select(header => $"{header.Key}: {header.Value}");
        return new StoredAnswer(hash, response.StatusCode, [.. headers], body.ToArray());
    }

    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        foreach (var header in Headers)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            context.Response.Headers[header[..colon]] = header[(colon + 2)..];
        }

        context.Response.Headers["Idempotent-Replayed"] = "true";
        await context.Response.Body.WriteAsync(Body, context.RequestAborted);
    }
}

/// <summary>Marks an endpoint that keeps its own record of keys, because its work is longer than one transaction.</summary>
public sealed class OwnIdempotency;

/// <summary>
/// Marks an endpoint whose work is many transactions, and does no harm when it is done again: none is held open for it, and its answer is stored when it
/// has ended. Where that is never reached, the key's next request does the work again.
/// </summary>
public sealed class ManyTransactions;

/// <summary>Marks an endpoint whose answer holds a secret: it is kept nowhere, so a request sent again is judged anew.</summary>
public sealed class SecretAnswer;

public static class IdempotencyErrors
{
    public static readonly Error BadKey = new(400, "bad-idempotency-key", "The Idempotency-Key is not valid");
    public static readonly Error KeyReused = new(422, "idempotency-key-reused", "The Idempotency-Key was used for another request");
    public static readonly Error InFlight = new(409, "idempotency-key-in-flight", "The first request is still at work");
}

public static class IdempotencySchema
{
    public const string Header = "Idempotency-Key";

    /// <summary>For a service's first migration.</summary>
    public const string Create = """
        create table idempotency_key (
          client_id text not null, key text not null, request_hash bytea not null,
          status int not null, headers text[] not null, body bytea not null, created_at timestamptz not null,
          primary key (client_id, key));
        create index idempotency_key_created_at on idempotency_key (created_at);
        """;

    /// <summary>
    /// Forgets the answers that tell of this record, in the transaction that erases it; the request is then judged anew. It reads the
    /// whole table, and erasures are few.
    /// </summary>
    public static Task ForgetAnswersAsync(this DbContext db, Guid record, CancellationToken ct)
    {
        var id = Encoding.UTF8.GetBytes(record.ToString());
        return db.Database.ExecuteSqlAsync($"delete from idempotency_key where position({id} in body) > 0", ct);
    }

    public static bool IsValid(string key) => key.Length is > 0 and <= 200 && key.All(c => c is > ' ' and < '\u007f');

    public static IApplicationBuilder UseIdempotency<TDb>(this IApplicationBuilder app) where TDb : DbContext =>
        app.UseMiddleware<IdempotencyMiddleware<TDb>>();
}
