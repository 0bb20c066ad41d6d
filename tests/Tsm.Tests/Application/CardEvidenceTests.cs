using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Cards;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>What an answer proves, what it only indicates, and what follows for the books and the counter.</summary>
public sealed class CardEvidenceTests
{
    [Fact]
    public void A_wrong_key_ends_as_refused_indicated_and_changes_nothing_in_the_books()
    {
        var world = new CardWorld(1, serverKey: "FFEEDDCCBBAA99887766554433221100");

        world.Ask(Operation.Install, "i");
        world.Run();

        JobRow row = world.Job("i");
        Assert.Equal((JobStatus.Refused, Grade.Indicated), (row.Status, row.Grade));
        Assert.Equal("scp80", row.Problem!.Layer);
        Assert.Empty(world.State.Contents.Where(c => c.Confirmed is not null));
        Assert.Equal(0, row.Proofs);
    }

    [Fact]
    public void An_unsigned_success_is_no_proof()
    {
        var world = new CardWorld(1);
        Octets forged = Octets.Parse("027100 000B 0A 000000 0000000001 00 00");
        bool first = true;
        world.FromCard = m =>
        {
            bool forge = first;
            first = false;
            return forge ? [m with { UserData = forged }] : [m];
        };

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Contains(world.History, h => h.Grade == Grade.Indicated && h.Raw == forged);
        Assert.Equal((JobStatus.Done, Grade.Proven), (world.Job("a").Status, world.Job("a").Grade));
        Assert.True(world.State.Domains[0].Counter > 2, "A new packet asked again.");
    }

    [Fact]
    public void An_unsigned_refusal_of_a_packet_that_was_sent_once_leaves_the_books_unsure()
    {
        var world = new CardWorld(1);
        world.Road = world.Road with { MaxSends = 1 };
        world.Ask(Operation.Install, "i");
        world.Run();
        Octets forged = Octets.Parse("027100 000B 0A 000000 0000000000 00 01");
        world.FromCard = m => [m with { UserData = forged }];

        world.Ask(Operation.Activate, "a");
        world.Run();

        Assert.Equal((JobStatus.Refused, Grade.Indicated), (world.Job("a").Status, world.Job("a").Grade));
        Assert.True(world.Card.Content.Instances[0].State.IsSelectable, "The card has executed it all the same.");
        Assert.True(world.State.Uncertain);

        world.FromCard = null;
        world.Ask(Operation.Suspend, "s");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven), (world.Job("s").Status, world.Job("s").Grade));
        Assert.False(world.State.Uncertain);
    }

    [Fact]
    public void After_a_proof_a_late_refusal_of_the_same_packet_is_ignored()
    {
        var world = new CardWorld(1, new(Repeat: 1));

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("i").Status);
        Assert.Contains(world.History, h => h.Text.Contains("ignored", StringComparison.Ordinal));
    }

    [Fact]
    public void A_counter_that_is_behind_is_moved_on_within_bounds()
    {
        var world = new CardWorld(1);
        world.Ask(Operation.Audit, "first");
        world.Run();
        world.Card.KeySets[0].GetType().GetProperty(nameof(CardKeySet.Counter))!.SetValue(world.Card.KeySets[0], new Tsm.Security.Scp80.Counter(200));

        world.Ask(Operation.Audit, "second");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("second").Status);
        Assert.Single(world.History, h => h.Kind == "counter");
    }

    [Fact]
    public void A_counter_that_is_too_far_behind_ends_as_refused()
    {
        var world = new CardWorld(1);
        world.Card.KeySets[0].GetType().GetProperty(nameof(CardKeySet.Counter))!.SetValue(world.Card.KeySets[0], new Tsm.Security.Scp80.Counter(100_000));

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Refused, world.Job("a").Status);
        Assert.Equal("02", world.Job("a").Problem!.Code);
        Assert.Equal(world.Model.MaxCounterJumps, world.History.Count(h => h.Kind == "counter"));
    }

    [Fact]
    public void Unsigned_refusals_that_come_late_to_repetitions_of_earlier_packets_end_no_job()
    {
        var world = new CardWorld(1);
        Octets namesNoCommand = Octets.Parse("027100 000B 0A 000000 0000000000 00 06");
        int answers = 0;
        int forged = 0;
        world.FromCard = m => answers++ == 0
            ? []
            : world.State.Outstanding is { Sends: 1 } && forged++ <= world.Model.MaxCounterJumps + 1 ? [m with { UserData = namesNoCommand }] : [m];

        world.Ask(Operation.Install, "i", world.Sample);
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven), (world.Job("i").Status, world.Job("i").Grade));
        Assert.Equal(world.Model.MaxCounterJumps, world.History.Count(h => h.Kind == "counter"));
        Assert.Empty(world.Account.ExecutedTwice);
        Assert.Empty(world.Account.CounterReused);
    }

    [Fact]
    public void An_unknown_tar_ends_as_refused_with_its_decoded_reason()
    {
        var world = new CardWorld(1, model: new CardModel { Name = "aes", Algorithm = KeyAlgorithm.Aes, RamTar = Tar.Parse("B00099") });

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal((JobStatus.Refused, "09"), (world.Job("a").Status, world.Job("a").Problem!.Code));
    }

    [Fact]
    public void A_message_that_is_no_answer_is_left_to_the_quarantine()
    {
        var world = new CardWorld(1);

        Assert.IsType<MessageForeign>(world.Turn(new MessageReceived(Octets.Parse("48656C6C6F"), false)));
        Assert.IsType<MessageForeign>(world.Turn(new MessageReceived(Octets.Parse("027100 000B 0A B00001 0000000001 00 00"), true)));
    }
}
