using Insp1r.Testing.Stack;

namespace Insp1r.Fault.Tests.Checks;

/// <summary>
/// Writes down every move of a service's relay position, by a trigger: a position that went back and forth again between two looks
/// would otherwise go unseen. Only an operator's replay may move it back. The service's role, which moves it, may not write there itself.
/// </summary>
internal static class PositionWitness
{
    public static Task InstallAsync(PlatformStack stack, string service, CancellationToken ct) => stack.ExecuteAsync(service, """
        create schema witness;
        create table witness.move (
          n bigint generated always as identity, mover text not null, from_tx xid8, from_seq bigint, to_tx xid8, to_seq bigint);
        create function witness.note_move() returns trigger language plpgsql security definer as $$
        begin
          insert into witness.move (mover, from_tx, from_seq, to_tx, to_seq)
          values (current_setting('application_name'), old.tx_id, old.seq, new.tx_id, new.seq);
          return null;
        end $$;
        create trigger note_move after update on log_reader for each row when (new.name = 'broker') execute function witness.note_move();
        """, ct);

    /// <summary>The moves that a relay made backwards.</summary>
    public static Task<List<string>> BackwardsAsync(PlatformStack stack, string service, CancellationToken ct) => stack.QueryAsync(
        service,
        $"""
         select format('move %s of %s: from (%s, %s) back to (%s, %s)', n, mover, from_tx, from_seq, to_tx, to_seq)
         from witness.move where mover = '{service}-relay' and (to_tx, to_seq) < (from_tx, from_seq) order by n
         """,
        reader => reader.GetString(0), ct);
}
