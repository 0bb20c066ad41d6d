using System.Collections.Immutable;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Scp80;
using Tsm.Simulator.Networks;

namespace Tsm.Tests.Application.Worlds;

/// <summary>What must hold in every world, looked at after every step. A rule that does not hold throws.</summary>
/// <remarks>The world tells what happens; what the machine thinks of it counts for nothing here.</remarks>
internal sealed class WorldRules(CardWorld world)
{
    /// <summary>The most octets of a state.</summary>
    private const int LongestState = 32 * 1024;

    /// <summary>RHL of an answer without RC or CC.</summary>
    private const int UnsignedHeader = 10;

    private readonly HashSet<string> _accepted = new(StringComparer.Ordinal);
    private readonly Dictionary<(Tar Tar, int KeyVersion, ulong Counter), Octets> _left = [];
    private readonly HashSet<Octets> _concluded = [];
    private readonly HashSet<Octets> _signed = [];

    /// <summary>Somebody was answered: what was accepted is in the books by now, for ever.</summary>
    public void Answered(string id, IReply reply)
    {
        if (reply is JobAccepted accepted)
        {
            _accepted.Add(accepted.Job.Id);
        }

        if ((reply is JobAccepted or JobForgotten) && !world.Rows.ContainsKey(id))
        {
            throw new RuleBrokenException("an acknowledged request is lost", $"{id} was answered {reply}, and no row knows it");
        }
    }

    /// <summary>The database has gone back in time: what was accepted since is forgotten, and nobody can help it.</summary>
    public void Restored() => _accepted.RemoveWhere(id => !world.Rows.ContainsKey(id));

    /// <summary>A packet leaves: a counter belongs to the same octets for ever, and none leaves after its answer was taken.</summary>
    public void Leaving(OutstandingPacket packet)
    {
        (Tar Tar, int KeyVersion, ulong Counter) counter = CounterOf(packet);
        if (_left.TryGetValue(counter, out Octets earlier) && earlier != packet.Packet)
        {
            throw new RuleBrokenException("a counter is used for two packets", $"{counter} for {earlier} and {packet.Packet}");
        }

        _left[counter] = packet.Packet;
        if (world.State.Outstanding is { } waiting && waiting.Id == packet.Id && _concluded.Contains(waiting.Packet))
        {
            throw new RuleBrokenException("an acknowledged answer is lost", $"packet {waiting.Id} leaves again after its answer was taken");
        }
    }

    /// <summary>The answer to a packet has been taken and is acknowledged to the SMSC.</summary>
    public void Concluded(OutstandingPacket packet) => _concluded.Add(packet.Packet);

    /// <summary>The card itself has sent an answer, in one or more messages.</summary>
    public void FromCard(ImmutableArray<ShortMessage> answer)
    {
        // The first message begins with UDHL and its header, RPL 2 and RHL 1.
        ReadOnlySpan<byte> first = answer[0].UserData.Span;
        if (first[1 + first[0] + 2] > UnsignedHeader)
        {
            foreach (ShortMessage message in answer)
            {
                _signed.Add(message.UserData);
            }
        }
    }

    /// <summary>A row is about to be written: what has ended stays as it is.</summary>
    public void Saving(JobRow row)
    {
        if (world.Rows.TryGetValue(row.Id, out JobRow? earlier) && earlier.EndedAt is not null && earlier != row)
        {
            throw new RuleBrokenException("a job that has ended changes", $"{earlier} becomes {row}");
        }
    }

    /// <summary>A turn was committed.</summary>
    public void Check(CardState before, CardState after, IGrainCommand command, Turn turn)
    {
        if (world.Account.CounterReused.Count > 0)
        {
            throw new RuleBrokenException("a counter is used for two packets", world.Account.CounterReused.First().ToString());
        }

        if (world.Account.ExecutedTwice.Count > 0)
        {
            throw new RuleBrokenException("a command is executed twice", world.Account.ExecutedTwice.First().ToString());
        }

        if (world.StateLength > LongestState)
        {
            throw new RuleBrokenException("the state is too long", $"{world.StateLength} octets");
        }

        CheckDomains(before, after);
        CheckQueue(before, after, turn);
        if (!(command is MessageReceived message && _signed.Contains(message.UserData)))
        {
            CheckUnproven(before, after, command);
        }
    }

    /// <summary>Nothing is left to happen: all jobs have ended, and the books are what the card is.</summary>
    public void CheckRest()
    {
        CardState state = world.State;
        if (state.Jobs.Length > 0 || state.Outstanding is not null)
        {
            throw new RuleBrokenException("a job hangs", $"{state.Jobs.FirstOrDefault()?.Id} {state.Jobs.FirstOrDefault()?.Now}");
        }

        foreach (string id in _accepted)
        {
            if (!world.Rows.TryGetValue(id, out JobRow? row) || row.EndedAt is null || row.Grade is null)
            {
                throw new RuleBrokenException("an acknowledged request is lost", $"{id} has not ended: {row}");
            }
        }

        if (state.Contents.Any(c => c.Wanted != c.Confirmed))
        {
            throw new RuleBrokenException("wanted and confirmed differ at rest", string.Join(", ", state.Contents));
        }

        // What is confirmed is true, unless the books themselves say that they are not sure.
        string books = string.Join(' ', state.Contents.Select(c => $"{c.Aid}={c.Confirmed?.Value:X2}").Order());
        string card = string.Join(' ', world.Card.Content.LoadFiles.Select(f => $"{f.Aid}=01")
            .Concat(world.Card.Content.Instances.Select(i => $"{i.Aid}={i.State.Value:X2}")).Order());
        if (books != card && !state.Uncertain)
        {
            throw new RuleBrokenException("books and card differ", $"books [{books}], card [{card}]");
        }

        if (!state.Uncertain)
        {
            CheckDomainsAtRest(state);
        }
    }

    /// <summary>A domain has the keys that the books say are in use, and what counts as personalised is.</summary>
    private void CheckDomainsAtRest(CardState state)
    {
        foreach (CardDomain domain in state.SecurityDomains)
        {
            if (domain.InUse is { } keys && !(world.Card.Environment.FindDomain(domain.Aid)?.KeySets ?? []).Any(
                k => k.Version == keys.Version && k.KicCheckValue == keys.Wrapped.KicCheckValue.ToString() && k.KidCheckValue == keys.Wrapped.KidCheckValue.ToString()))
            {
                throw new RuleBrokenException("books and card differ", $"domain {domain.Aid} has not key version {keys.Version} of the books");
            }
        }

        foreach (ContentItem item in state.Contents.Where(c => c.IsPersonalised))
        {
            if (world.Card.Content.FindInstance(item.Aid)?.Personalisation is null)
            {
                throw new RuleBrokenException("books and card differ", $"{item.Aid} has no data");
            }
        }

        foreach (ContentItem item in state.Contents.Where(c => c.Domain is not null))
        {
            Aid? found = world.Card.Content.FindInstance(item.Aid)?.SecurityDomain ?? world.Card.Content.FindLoadFile(item.Aid)?.SecurityDomain;
            if (found != item.Domain)
            {
                throw new RuleBrokenException("books and card differ", $"{item.Aid} belongs to {found}, by the books to {item.Domain}");
            }
        }
    }

    // A domain without keys of its own is served by the issuer's, with their counter.
    private (Tar Tar, int KeyVersion, ulong Counter) CounterOf(OutstandingPacket packet) =>
        CommandHeader.TryParse(packet.Header.Span, out CommandHeader header, out _)
            ? (packet.KeysOf is null ? world.Model.RamTar : header.Tar, header.Kid.KeyVersion, header.Counter.Value)
            : throw new InvalidOperationException("The header of a packet cannot be read.");

    /// <summary>Keys do not change, and counters go forward only: by one for a packet, and by a bounded jump.</summary>
    private void CheckDomains(CardState before, CardState after)
    {
        if (before.Domains.Any(b => after.Domains.All(a => (a.Tar, a.KeyVersion) != (b.Tar, b.KeyVersion))))
        {
            throw new RuleBrokenException("keys change without proof", $"{string.Join(", ", before.Domains)} becomes {string.Join(", ", after.Domains)}");
        }

        foreach (CounterDomain domain in after.Domains)
        {
            CounterDomain earlier = before.Domains.FirstOrDefault(d => (d.Tar, d.KeyVersion) == (domain.Tar, domain.KeyVersion))
                ?? domain with { Counter = 0 };

            // After a restore the time itself goes into the jump.
            if (domain.Counter < earlier.Counter || (!world.WentBack && domain.Counter > earlier.Counter + 1 + (ulong)world.Model.CounterJump))
            {
                throw new RuleBrokenException("a counter leaves its bounds", $"{earlier.Counter} becomes {domain.Counter}");
            }
        }
    }

    /// <summary>What has left the queue has ended in its row; what waits is woken by its packet or by its deadline.</summary>
    private void CheckQueue(CardState before, CardState after, Turn turn)
    {
        foreach (CardJob job in before.Jobs)
        {
            if (!after.Jobs.Any(j => j.Id == job.Id) && world.Rows[job.Id].EndedAt is null)
            {
                throw new RuleBrokenException("an acknowledged request is lost", $"{job.Id} left the queue without an end");
            }
        }

        foreach (CardJob job in after.Jobs)
        {
            if (!world.Rows.ContainsKey(job.Id))
            {
                throw new RuleBrokenException("an acknowledged request is lost", $"{job.Id} is in the queue and in no row");
            }
        }

        if (after.Msisdn.Length == 0)
        {
            return; // What waits is woken by a number.
        }

        bool waits = after.Outstanding is not null;
        bool woken = after.Outstanding is { Submitted: true } ? turn.Due is not null : world.IsPacketReady;
        if (waits != after.Jobs.Length > 0 || (waits && !woken))
        {
            throw new RuleBrokenException("a job hangs", $"{after.Jobs.FirstOrDefault()?.Id} waits for nothing: {after.Jobs.FirstOrDefault()?.Now}");
        }
    }

    /// <summary>Without a signed answer of the card the registry stays as it is, and nothing counts as proven.</summary>
    private static void CheckUnproven(CardState before, CardState after, IGrainCommand command)
    {
        if (after.LastProofAt != before.LastProofAt || after.AuditedAt != before.AuditedAt || (before.Uncertain && !after.Uncertain)
            || !Holds(before, after) || !Holds(after, before))
        {
            throw new RuleBrokenException(
                "the registry changes without proof", $"{command}: {string.Join(", ", before.Contents)} becomes {string.Join(", ", after.Contents)}");
        }
    }

    /// <summary>Whether all that is confirmed in one state is so in the other.</summary>
    private static bool Holds(CardState one, CardState other)
    {
        foreach (ContentItem item in one.Contents)
        {
            if (item.Confirmed is not null && !other.Contents.Any(c => c.Aid == item.Aid && c.Confirmed == item.Confirmed && c.ProvenAt == item.ProvenAt))
            {
                return false;
            }
        }

        return true;
    }
}
