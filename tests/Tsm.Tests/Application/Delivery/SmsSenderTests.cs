using Microsoft.Extensions.Logging.Abstractions;
using Tsm.Application.Cards;
using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Application.Delivery;

/// <summary>Sending is pull: what is claimed fits the window, and every claim is settled.</summary>
public sealed class SmsSenderTests : IAsyncLifetime, IDisposable
{
    private readonly ListedOutbox _outbox = new();
    private readonly ListedHost _host = new();
    private readonly ScriptedRoad _road = new(window: 10);
    private readonly ManualTimeProvider _time = new();
    private readonly ListedLeases _leases = new();
    private readonly RoadCredits _credits;
    private readonly SmsSender _sender;

    public SmsSenderTests()
    {
        _credits = new("smsc", _leases, _time);
        _sender = new(_road, _credits, _outbox, _host, _time, NullLogger<SmsSender>.Instance);
    }

    public Task InitializeAsync() => _sender.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => _sender.StopAsync(CancellationToken.None);

    public void Dispose()
    {
        _sender.Dispose();
        _credits.Dispose();
    }

    [Fact]
    public async Task All_segments_leave_in_order_before_the_first_is_answered()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB", "CC"));

        Octets[] sent =
        [
            await _road.AnswerNextAsync(SegmentResult.Accepted),
            await _road.AnswerNextAsync(SegmentResult.Accepted),
            await _road.AnswerNextAsync(SegmentResult.Accepted),
        ];

        Assert.Equal(["AA", "BB", "CC"], sent.Select(o => o.ToString()));
        Assert.Equal(new PacketSubmitted("p1", 1, SubmitOutcome.Accepted, null), await _host.NextSubmittedAsync());
    }

    [Fact]
    public async Task Nothing_is_claimed_while_the_road_is_not_bound()
    {
        _outbox.Add(Packet("p1", "AA"));
        Assert.Empty(_outbox.Limits);

        _road.Bind();

        await _road.AnswerNextAsync(SegmentResult.Accepted);
        Assert.Equal(SubmitOutcome.Accepted, (await _host.NextSubmittedAsync()).Outcome);
        Assert.NotEmpty(_outbox.Limits);
    }

    [Fact]
    public async Task What_is_claimed_fits_the_window_counted_in_segments()
    {
        for (int i = 0; i < 6; i++)
        {
            _outbox.Add(Packet($"p{i}", "01", "02", "03", "04", "05"));
        }

        _road.Bind();
        for (int i = 0; i < 30; i++)
        {
            await _road.AnswerNextAsync(SegmentResult.Accepted);
        }

        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(SubmitOutcome.Accepted, (await _host.NextSubmittedAsync()).Outcome);
        }

        Assert.All(_outbox.Limits, limit => Assert.InRange(limit, 1, 2));
    }

    [Fact]
    public async Task A_refusal_for_good_is_told_with_its_reason()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB"));

        await _road.AnswerNextAsync(SegmentResult.Accepted);
        await _road.AnswerNextAsync(SegmentResult.Refused, CommandStatus.InvalidDestinationAddress);

        PacketSubmitted told = await _host.NextSubmittedAsync();
        Assert.Equal(SubmitOutcome.Refused, told.Outcome);
        Assert.Equal(("smpp", "0000000B", "ESME_RINVDSTADR"), (told.Problem!.Layer, told.Problem.Code, told.Problem.Name));
        Assert.Contains("smsc", told.Problem.Meaning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repetition_that_is_refused_in_part_may_have_completed_the_packet()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB") with { Attempt = 2 });

        await _road.AnswerNextAsync(SegmentResult.Accepted);
        await _road.AnswerNextAsync(SegmentResult.Refused, CommandStatus.InvalidDestinationAddress);

        Assert.Equal((2, SubmitOutcome.Unknown), Told(await _host.NextSubmittedAsync()));
    }

    [Fact]
    public async Task A_connection_that_dies_leaves_the_outcome_unknown()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB"));

        await _road.AnswerNextAsync(SegmentResult.Unknown);
        await _road.AnswerNextAsync(SegmentResult.NotSent);

        Assert.Equal((1, SubmitOutcome.Unknown), Told(await _host.NextSubmittedAsync()));
        Assert.Empty(_outbox.Released);
    }

    [Fact]
    public async Task What_has_certainly_not_left_is_given_back_and_sent_after_the_next_bind()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB"));
        await UntilAsync(() => _road.TryNext(out _));
        _road.Unbind();
        await _road.AnswerNextAsync(SegmentResult.NotSent);
        await _road.AnswerNextAsync(SegmentResult.NotSent);
        await UntilAsync(() => _outbox.Released.Contains("p1"));
        Assert.False(_host.TryNext(out _));

        _road.Bind();
        await UntilAsync(() =>
        {
            _time.Advance(SmsSender.Rest);
            return _road.TryNext(out _);
        });
        await _road.AnswerNextAsync(SegmentResult.Accepted);
        await _road.AnswerNextAsync(SegmentResult.Accepted);

        Assert.Equal((1, SubmitOutcome.Accepted), Told(await _host.NextSubmittedAsync()));
    }

    [Fact]
    public async Task An_SMSC_that_has_enough_slows_down_and_refuses_nothing()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA"));

        await _road.AnswerNextAsync(SegmentResult.Refused, CommandStatus.Throttled);

        await UntilAsync(() => _outbox.Released.Contains("p1"));
        Assert.False(_host.TryNext(out _));
    }

    [Theory]
    [InlineData(0x58u)] // ESME_RTHROTTLED
    [InlineData(0x14u)] // ESME_RMSGQFUL
    [InlineData(0x08u)] // ESME_RSYSERR
    [InlineData(0x04u)] // ESME_RINVBNDSTS
    public async Task A_packet_of_which_a_segment_was_refused_for_now_leaves_again_as_a_whole(uint status)
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB"));

        await _road.AnswerNextAsync(SegmentResult.Accepted);
        await _road.AnswerNextAsync(SegmentResult.Refused, new(status));

        await UntilAsync(() => _outbox.Released.Contains("p1"));
        Assert.False(_host.TryNext(out _));
    }

    [Fact]
    public async Task Of_two_refusals_the_one_that_lasts_is_told()
    {
        _road.Bind();
        _outbox.Add(Packet("p1", "AA", "BB"));

        await _road.AnswerNextAsync(SegmentResult.Refused, CommandStatus.Throttled);
        await _road.AnswerNextAsync(SegmentResult.Refused, CommandStatus.InvalidDestinationAddress);

        Assert.Equal("ESME_RINVDSTADR", (await _host.NextSubmittedAsync()).Problem!.Name);
    }

    [Fact]
    public async Task What_is_claimed_fits_the_credits_and_nothing_is_claimed_without()
    {
        _leases.Give(new(0, RateLease.Slice, TimeSpan.FromMilliseconds(70)), new(3, RateLease.Slice, TimeSpan.Zero), RateLease.Unlimited);
        for (int i = 0; i < 6; i++)
        {
            _outbox.Add(Packet($"p{i}", "01"));
        }

        _road.Bind();
        await UntilAsync(() => _leases.Asked == 1);
        Assert.Empty(_outbox.Limits);

        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromMilliseconds(70));
            return !_outbox.Limits.IsEmpty;
        });

        Assert.InRange(_outbox.Limits.First(), 1, 3);
        for (int i = 0; i < 6; i++)
        {
            await _road.AnswerNextAsync(SegmentResult.Accepted);
        }
    }

    [Fact]
    public async Task Credits_that_nothing_waits_for_are_given_back()
    {
        _leases.Give(new RateLease(7, RateLease.Slice, TimeSpan.Zero));

        _road.Bind();

        await UntilAsync(() => _leases.Returned == 7);
    }

    [Fact]
    public async Task A_busy_host_is_told_again_until_it_listens()
    {
        int asked = 0;
        _host.Reply = _ => ++asked < 3 ? throw new HostBusyException("full") : Acknowledged.Instance;
        _road.Bind();
        _outbox.Add(Packet("p1", "AA"));
        await _road.AnswerNextAsync(SegmentResult.Accepted);

        await UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Volatile.Read(ref asked) >= 3;
        });

        Assert.Equal((1, SubmitOutcome.Accepted), Told(await _host.NextSubmittedAsync()));
    }

    [Fact]
    public async Task Claims_of_a_process_that_is_gone_end_at_start_and_count_as_possibly_sent()
    {
        _outbox.Abandon(Packet("p9", "AA") with { Attempt = 3 });
        using var recovery = new OutboxRecovery(_outbox, _host, _time, NullLogger<OutboxRecovery>.Instance);

        await recovery.StartAsync(CancellationToken.None);

        Assert.Equal(1, _outbox.Expirations);
        Assert.Equal((3, SubmitOutcome.Unknown), Told(await _host.NextSubmittedAsync()));
        await recovery.StopAsync(CancellationToken.None);
    }

    private static (int Attempt, SubmitOutcome Outcome) Told(PacketSubmitted told) => (told.Attempt, told.Outcome);

    private static OutboxPacket Packet(string id, params string[] segments) =>
        new(new("default", "card", id), "smsc", id, 1, "491700000001", [.. segments.Select(Octets.Parse)]);

    // Other threads do the work; what is waited for is a fact, and the limit only ends a test that fails.
    private static async Task UntilAsync(Func<bool> holds)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!holds())
        {
            await Task.Delay(5, limit.Token);
        }
    }
}
