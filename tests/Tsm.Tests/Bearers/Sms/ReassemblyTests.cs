using System.Collections.Immutable;
using System.Text.Json;
using FsCheck.Fluent;
using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Bearers.Sms;

public sealed class ReassemblyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private sealed record Series(ImmutableArray<Octets> Packets, ImmutableArray<Octets> Arrivals);

    // Up to four packets of different references, their segments shuffled together and some of them repeated.
    private static FsCheck.Gen<Series> Arrivals =>
        from count in Gen.Choose(1, 4)
        from lengths in Gen.Choose(1, 600).ListOf(count)
        from seed in Gen.Choose(0, 255)
        from wide in Gen.Elements(true, false)
        from first in Gen.Elements(true, false)
        from everywhere in Gen.Elements(true, false)
        let options = new ConcatenationOptions
        {
            WideReference = wide,
            IdentifierFirst = first,
            IdentifierInEverySegment = everywhere,
        }
        let packets = lengths.Select((length, i) => Packet(length + Concatenation.Capacity(1, options), seed + i)).ToImmutableArray()
        let segments = packets.SelectMany((p, i) => Concatenation.SplitResponse(p, options, (seed + i) % 256)).ToArray()
        from repeated in Gen.SubListOf(segments)
        from shuffled in Gen.Shuffle(segments.Concat(repeated).ToArray())
        select new Series(packets, [.. shuffled]);

    [Fact]
    public void Gives_every_packet_back_exactly_once_in_any_order_with_repetitions_and_interleaved() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(Arrivals.ToArbitrary(), series =>
        {
            List<Octets> completed = Feed(Reassembly.Empty, series.Arrivals).Completed;

            return completed.Count == series.Packets.Length
                && series.Packets.All(completed.Contains);
        }));

    [Fact]
    public void Gives_nothing_back_while_a_segment_is_missing() =>
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(Arrivals.ToArbitrary(), series =>
        {
            Octets missing = series.Arrivals[0];
            List<Octets> completed = Feed(Reassembly.Empty, series.Arrivals.Where(a => a != missing)).Completed;

            return completed.Count == series.Packets.Length - 1;
        }));

    [Fact]
    public void Survives_serialisation_between_segments()
    {
        ImmutableArray<Octets> segments = Concatenation.SplitResponse(Packet(300, 1), ConcatenationOptions.Default, 7);

        Reassembly held = Feed(Reassembly.Empty, segments[..2]).Held;
        Reassembly restored = JsonSerializer.Deserialize<Reassembly>(JsonSerializer.Serialize(held))!;

        Assert.Equal([Packet(300, 1)], Feed(restored, segments[2..]).Completed);
    }

    [Fact]
    public void A_user_data_without_a_series_is_a_packet_by_itself() =>
        Assert.Equal([Octets.Parse("AABB")], Feed(Reassembly.Empty, [Octets.Parse("027100AABB")]).Completed);

    [Fact]
    public void A_reference_used_again_with_other_content_begins_a_new_series()
    {
        ImmutableArray<Octets> first = Concatenation.SplitResponse(Packet(200, 1), ConcatenationOptions.Default, 1);
        ImmutableArray<Octets> second = Concatenation.SplitResponse(Packet(200, 2), ConcatenationOptions.Default, 1);

        List<Octets> completed = Feed(Reassembly.Empty, [.. first, .. second]).Completed;
        List<Octets> abandoned = Feed(Reassembly.Empty, [first[0], .. second]).Completed;

        Assert.Equal([Packet(200, 1), Packet(200, 2)], completed);
        Assert.Equal([Packet(200, 2)], abandoned);
    }

    [Fact]
    public void Forgets_a_series_after_its_lifetime_and_not_before()
    {
        ImmutableArray<Octets> segments = Concatenation.SplitResponse(Packet(200, 1), ConcatenationOptions.Default, 1);
        Reassembly held = Feed(Reassembly.Empty, [segments[0]]).Held;
        TimeSpan lifetime = ReassemblyLimits.Default.Lifetime;

        Assert.NotNull(held.Add(Read(segments[1]), Now + lifetime - TimeSpan.FromTicks(1)).Complete);
        Assert.Null(held.Add(Read(segments[1]), Now + lifetime).Complete);
        Assert.Empty(held.Expire(Now + lifetime).Messages);
    }

    [Fact]
    public void Holds_no_more_series_than_allowed_and_drops_the_oldest()
    {
        var limits = new ReassemblyLimits(MaxOpen: 2, MaxSegments: 3, TimeSpan.FromMinutes(1));
        var held = new Reassembly([], limits);
        for (int reference = 0; reference < 3; reference++)
        {
            Octets segment = Concatenation.SplitResponse(Packet(200, reference), ConcatenationOptions.Default, reference)[0];
            held = held.Add(Read(segment), Now.AddSeconds(reference)).Next;
        }

        Assert.Equal([1, 2], held.Messages.Select(m => m.Reference));
    }

    [Fact]
    public void Ignores_a_series_longer_than_allowed()
    {
        var limits = new ReassemblyLimits(MaxOpen: 2, MaxSegments: 3, TimeSpan.FromMinutes(1));
        ImmutableArray<Octets> segments = Concatenation.SplitResponse(Packet(600, 1), ConcatenationOptions.Default, 1);

        Assert.Empty(Feed(new([], limits), segments).Held.Messages);
    }

    [Fact]
    public void A_default_value_holds_nothing() =>
        Assert.Equal(Octets.Parse("AA"), new Reassembly(default, ReassemblyLimits.Default).Add(Read(Octets.Parse("027100AA")), Now).Complete);

    private static (Reassembly Held, List<Octets> Completed) Feed(Reassembly held, IEnumerable<Octets> arrivals)
    {
        List<Octets> completed = [];
        foreach (Octets arrival in arrivals)
        {
            (held, Octets? complete) = held.Add(Read(arrival), Now);
            if (complete is { } packet)
            {
                completed.Add(packet);
            }
        }

        return (held, completed);
    }

    private static UserData Read(Octets tpUd)
    {
        Assert.True(UserData.TryParse(tpUd.Span, out UserData userData, out PacketError error), $"{error}");
        return userData;
    }

    // Different for every seed in every segment.
    private static Octets Packet(int length, int seed) =>
        Octets.Own([.. Enumerable.Range(0, length).Select(i => (byte)((i * 7 + seed * 31) % 256))]);
}
