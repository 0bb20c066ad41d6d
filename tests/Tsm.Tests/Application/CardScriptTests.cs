using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Simulator.Cards;
using Tsm.Tests.Application.Worlds;

namespace Tsm.Tests.Application;

/// <summary>What the answers to expanded scripts mean for a job (TS 102 226 §5.2.2), and that compact ones mean the same as ever.</summary>
public sealed class CardScriptTests
{
    [Theory, InlineData("B20100"), InlineData("000000")]
    public void A_card_is_told_and_asked_in_the_expanded_format_at_either_tar(string tar)
    {
        CardWorld world = Expanded(m => m with { RamTar = Tar.Parse(tar) });

        world.Ask(Operation.Install, "i", makeSelectable: true);
        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal([JobStatus.Done, JobStatus.Done], [world.Job("i").Status, world.Job("a").Status]);
        Assert.Contains(world.History, h => h.Text.Contains("1 of 1 commands (GET STATUS of applications), SW 9000.", StringComparison.Ordinal));
        Assert.Contains(world.State.Contents, c => c.Confirmed?.IsSelectable is true);
        world.CheckRest();
    }

    [Fact]
    public void Lists_of_many_pages_are_read_without_get_response()
    {
        CardWorld world = Expanded(profile: p => p with { StatusPage = 20, StatusPositionSurvives = true });
        world.Ask(Operation.Install, "i");
        world.Ask(Operation.Install, "j", instance: Aid.Parse("F0546D53010102"));
        world.Run();

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal(JobStatus.Done, world.Job("a").Status);
        Assert.Contains(world.History, h => h.Job == "a" && h.Text.Contains("SW 6310", StringComparison.Ordinal));
        world.CheckRest();
    }

    [Fact]
    public void The_first_failing_command_is_the_one_that_failed()
    {
        CardWorld world = Expanded();

        // INSTALL [for load] and the first LOAD are taken, the second LOAD is not, and the card ends there.
        Say(world, answer: 0, "AB 11 80 01 03 23 03 00 9000 23 03 00 9000 23 02 6581");
        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Refused, Grade.Proven, "6581"), Ended(world, "i"));
        Assert.Contains(world.History, h => h.Text.Contains("SW 6581", StringComparison.Ordinal));
        Assert.Contains(world.History, h => h.Text.Contains("DELETE what is left over", StringComparison.Ordinal));
    }

    [Fact]
    public void An_answer_that_counts_all_commands_is_a_proof_even_if_it_leaves_some_out()
    {
        CardWorld world = Expanded();
        Say(world, answer: 0, packet => $"AB 07 80 01 {packet.Parts.Length:X2} 23 02 9000");

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven, null), Ended(world, "i"));
        Assert.DoesNotContain(world.History, h => h.Text.Contains("GET STATUS", StringComparison.Ordinal));
        world.CheckRest();
    }

    [Theory]
    [InlineData("AB 07 80 01 01 23 02 9000")]
    [InlineData("AB 03 80 01 00")]
    [InlineData("AB 04 23 02 9000")]
    [InlineData("AF 80 23 02 9000 23")]
    [InlineData("AF 80 23 02 9000 23 03 00 90")]
    public void After_fewer_answers_than_commands_the_card_is_asked_before_anything_is_repeated(string answer)
    {
        CardWorld world = Expanded();
        Say(world, answer: 0, answer);

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven, null), Ended(world, "i"));
        Assert.Contains(world.History, h => h.Text.Contains("the card is asked what it has executed", StringComparison.Ordinal));
        Assert.Contains(world.History, h => h.Kind == "sent" && h.Text.Contains("GET STATUS", StringComparison.Ordinal));
        Assert.Empty(world.Account.ExecutedTwice);
        world.CheckRest();
    }

    [Fact]
    public void A_card_that_goes_on_answering_for_a_part_ends_the_job_and_is_audited_before_the_next()
    {
        CardWorld world = Expanded();
        world.FromCard = m => world.State.Outstanding is { Parts: [{ Purpose: Purpose.InstallForLoad }, ..] }
            ? [world.Saying(m, Octets.Parse("AB 07 80 01 01 23 02 9000"))]
            : [m];

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Refused, Grade.Proven, "ANSWER_INCOMPLETE"), Ended(world, "i"));
        Assert.True(world.State.Uncertain);
    }

    [Fact]
    public void An_answer_that_is_cut_after_its_last_answer_lacks_nothing()
    {
        CardWorld world = Expanded();
        Say(world, answer: 0, packet => $"AF 80 {string.Concat(packet.Parts.Select(_ => "23 03 00 9000"))}");

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven, null), Ended(world, "i"));
        Assert.DoesNotContain(world.History, h => h.Text.Contains("GET STATUS", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("AB 06 80 01 01 90 01 01", "SCRIPT_9001", "unknown tag")]
    [InlineData("AB 0B 80 01 02 23 03 00 9000 90 01 02", "SCRIPT_9002", "wrong length")]
    [InlineData("AF 80 83 01 02 00 00", "SCRIPT_8302", "does not chain")]
    public void A_card_that_finds_the_script_malformed_says_so_and_nothing_is_repeated(string answer, string code, string words)
    {
        CardWorld world = Expanded();
        Say(world, answer: 0, answer);

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Refused, Grade.Proven, code), Ended(world, "i"));
        Assert.Contains(words, world.Job("i").Problem!.Meaning, StringComparison.Ordinal);
        Assert.NotEmpty(world.Job("i").Problem!.Next);
    }

    [Fact]
    public void An_answer_in_the_other_format_is_no_answer()
    {
        CardWorld world = Expanded();
        Say(world, answer: 0, "04 9000");

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Refused, Grade.Proven, "RESPONSE_UNREADABLE"), Ended(world, "i"));
        Assert.Contains("no expanded response", world.Job("i").Problem!.Meaning, StringComparison.Ordinal);
        Assert.True(world.State.Uncertain);
    }

    [Fact]
    public void A_list_that_was_not_sent_is_no_empty_card()
    {
        CardWorld world = Expanded();
        world.Ask(Operation.Install, "i");
        world.Run();
        Say(world, answer: 0, "AB 07 80 01 01 23 02 6125");

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Equal((JobStatus.Refused, Grade.Proven, "LIST_UNREADABLE"), Ended(world, "a"));
        Assert.NotEmpty(world.State.Contents);
    }

    [Fact]
    public void An_answer_is_read_in_the_format_of_its_packet_whatever_the_model_says_by_then()
    {
        CardWorld world = Expanded();
        world.FromCard = m =>
        {
            world.Model = world.Model with { ScriptFormat = ScriptFormat.Compact };
            return [m];
        };

        world.Ask(Operation.Audit, "a");
        world.Run();

        Assert.Contains(world.History, h => h.Text.Contains("1 of 1 commands (GET STATUS of applications)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_compact_answer_that_counts_too_few_is_asked_about_and_not_called_a_failure()
    {
        var world = new CardWorld(1);
        Say(world, answer: 0, "01 9000");

        world.Ask(Operation.Install, "i");
        world.Run();

        Assert.Equal((JobStatus.Done, Grade.Proven, null), Ended(world, "i"));
        Assert.Contains(world.History, h => h.Text.Contains("the card is asked what it has executed", StringComparison.Ordinal));
    }

    [Fact]
    public void A_packet_from_before_there_were_formats_is_compact()
    {
        var machine = new CardMachine();
        var world = new CardWorld(1) { CardIsOn = false };
        world.Ask(Operation.Audit, "a");
        string old = System.Text.Encoding.UTF8.GetString(machine.Serialize(world.State)).Replace("\"format\":\"Compact\",", "", StringComparison.Ordinal);

        var card = (CardState)machine.Deserialize(System.Text.Encoding.UTF8.GetBytes(old));

        Assert.DoesNotContain("format", old, StringComparison.Ordinal);
        Assert.Equal(world.State.Outstanding, card.Outstanding! with { Parts = world.State.Outstanding!.Parts, After = world.State.Outstanding.After });
    }

    [Fact]
    public void A_model_from_before_there_were_formats_is_compact_and_takes_every_key()
    {
        CardModel model = System.Text.Json.JsonSerializer.Deserialize<CardModel>("""{"name":"x","algorithm":"tripleDes","restoreJump":0}""", CardModelJson.Options)!;
        string written = System.Text.Json.JsonSerializer.Serialize(model with { ScriptFormat = ScriptFormat.Expanded, KeyLength = 24 }, CardModelJson.Options);

        Assert.Equal((ScriptFormat.Compact, null), (model.ScriptFormat, model.KeyLength));
        Assert.Contains("\"keyLength\":24", written, StringComparison.Ordinal);
        Assert.Contains("\"scriptFormat\":\"expanded\"", written, StringComparison.Ordinal);
    }

    /// <summary>KIc and KID name the keys that the card has: x2 for AES of any length, x5 for two keys of 3DES, x9 for three.</summary>
    [Theory, InlineData("aes", "12"), InlineData("aes256", "12"), InlineData("3des", "15"), InlineData("3des3", "19")]
    public void The_length_of_the_keys_says_how_they_are_named(string profile, string coding)
    {
        var world = new CardWorld(1, profile: CardProfiles.Get(profile));

        world.Ask(Operation.Audit, "a");
        Octets packet = world.State.Outstanding!.Packet;
        world.Run();

        // CPL 2, CHL 1, SPI 2, KIc, KID.
        Assert.Equal(coding + coding, packet.Slice(5, 2).ToString());
        Assert.Equal(JobStatus.Done, world.Job("a").Status);
    }

    private static CardWorld Expanded(Func<CardModel, CardModel>? model = null, Func<CardProfile, CardProfile>? profile = null)
    {
        CardProfile card = profile?.Invoke(CardProfiles.AesExpanded) ?? CardProfiles.AesExpanded;
        CardModel known = CardWorld.ModelOf(card);
        return new(1, profile: card, model: model?.Invoke(known) ?? known);
    }

    private static void Say(CardWorld world, int answer, string content) => Say(world, answer, _ => content);

    /// <summary>Lets the card execute what it gets, and say something else in one of its answers.</summary>
    private static void Say(CardWorld world, int answer, Func<OutstandingPacket, string> content)
    {
        int answers = 0;
        world.FromCard = m => answers++ == answer ? [world.Saying(m, Octets.Parse(content(world.State.Outstanding!)))] : [m];
    }

    private static (JobStatus Status, Grade? Grade, string? Code) Ended(CardWorld world, string id)
    {
        JobRow row = world.Job(id);
        return (row.Status, row.Grade, row.Problem?.Code);
    }
}
