using System.Text.Json;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Orleans.Grains;
using Tsm.Orleans.Messages;
using Tsm.Tests.Storage;

namespace Tsm.Orleans.Tests;

public sealed class GrainMessagesTests
{
    private static readonly Problem Trouble = new("scp80", "02", "Counter low", "It says so.", "A repetition.", "Wait.", ["PoR 02"]);

    private readonly GrainMessages _messages = new();

    public static TheoryData<IGrainCommand> Commands =>
    [
        DeadlinePassed.Instance,
        new EnqueueJob("job", Operation.Install, "app", Aid.Parse("A0000000010203"), null, MakeSelectable: true, Octets.Parse("00"), Octets.Empty, new(ActorKind.Operator, "local-token", "alice")),
        new EnqueueJobs(
        [
            new("first", Operation.Terminate, "app", null, null, MakeSelectable: false, default, default, Actor.CardRules, IfUnused: true),
            new("second", Operation.Suspend, "app", null, null, MakeSelectable: false, default, default, Actor.CardRules, new() { Provider = "lunch", By = Holder.Carrier }),
        ]),
        new CancelJob("job", Actor.CardRules),
        new PacketSubmitted("packet", 3, SubmitOutcome.Refused, Trouble),
        new MessageReceived(Octets.Parse("027100"), HasHeader: true),
        new ReceiptReceived(Delivered: false, Failed: true, "UNDELIV"),
        new ChangeNumber("491700000001", Actor.CardRules),
        new LoseNumber("491700000001", Actor.CardRules),
    ];

    public static TheoryData<IReply> Replies =>
    [
        Acknowledged.Instance,
        new UnknownGrain(StoreData.Key("1")),
        new TurnFailed("Why."),
        new JobAccepted(StoreData.Job(StoreData.Key("1"), "job")),
        new JobRejected(Trouble),
        new JobForgotten("job"),
        new MessageForeign("Nobody's.", Octets.Parse("027100")),
        new NumberIs("491700000001", ""),
        new MessageLate(Octets.Parse("027100")),
    ];

    [Fact]
    public void Every_command_reply_and_effect_is_on_the_list()
    {
        Assert.Equal(Implementations<IGrainCommand>(), Names(GrainMessages.Commands));
        Assert.Equal(Implementations<IReply>(), Names(GrainMessages.Replies));
        Assert.Equal(Implementations<Effect>(), Names(GrainMessages.Effects));
        Assert.Equal(GrainMessages.Commands.Length, Commands.Count);
        Assert.Equal(GrainMessages.Replies.Length, Replies.Count);
    }

    [Theory, MemberData(nameof(Commands))]
    public void A_command_arrives_as_it_was_sent(IGrainCommand command)
    {
        byte[] sent = _messages.Write(command);

        IGrainCommand arrived = _messages.ReadCommand(sent);
        Assert.Equal(command.GetType(), arrived.GetType());
        Assert.Equal(sent, _messages.Write(arrived));
    }

    [Theory, MemberData(nameof(Replies))]
    public void A_reply_arrives_as_it_was_sent(IReply reply)
    {
        byte[] sent = _messages.Write(reply);

        IReply arrived = _messages.ReadReply(sent);
        Assert.Equal(reply.GetType(), arrived.GetType());
        Assert.Equal(sent, _messages.Write(arrived));
    }

    [Fact]
    public void A_record_keeps_state_effects_and_replies()
    {
        GrainKey key = StoreData.Key("1");
        var serializer = new GrainRecordSerializer(_messages);
        var record = new GrainRecord
        {
            Schema = 3,
            State = "{\"a\":[1, 2]}"u8.ToArray(),
            Due = StoreData.Epoch.AddTicks(1),
            Sequence = 7,
            Unsent = new(
                [
                    new SaveCard(StoreData.CardRow(key, StoreData.Iccid(1), StoreData.Msisdn(1))), new SaveJob(StoreData.Job(key, "job")),
                    new AppendHistory([StoreData.Line("text")]), StoreData.Packet("p"), new WithdrawPacket(),
                    new RecordAudit(StoreData.Audit()), new MoveAlias("msisdn", StoreData.Msisdn(1), StoreData.Epoch),
                    new EndAlias("msisdn", StoreData.Msisdn(1), StoreData.Epoch),
                ],
                IsDueMoved: true),
            Done = [new(Guid.NewGuid(), Acknowledged.Instance)],
        };

        GrainRecord read = serializer.Deserialize<GrainRecord>(serializer.Serialize(record));

        Assert.Equal("{\"a\":[1, 2]}"u8.ToArray(), read.State.ToArray());
        Assert.Equal((3, record.Due, 7L, record.Done[0]), (read.Schema, read.Due, read.Sequence, read.Done[0]));
        Assert.Equal(GrainMessages.Effects.Select(e => e.Name).Order(StringComparer.Ordinal), read.Unsent!.Effects.Select(e => e.GetType().Name).Order(StringComparer.Ordinal));
        Assert.Equal(serializer.Serialize(record).ToArray(), serializer.Serialize(read).ToArray());
    }

    [Fact]
    public void A_type_that_is_not_on_the_list_is_neither_written_nor_read()
    {
        Assert.Throws<NotSupportedException>(() => _messages.Write(new Unlisted()));
        Assert.Throws<JsonException>(() => _messages.ReadCommand("{\"$type\":\"System.Diagnostics.Process\"}"u8));
    }

    private static IEnumerable<string> Implementations<T>() => Names(typeof(T).Assembly.GetTypes().Where(t => t is { IsAbstract: false, IsInterface: false } && typeof(T).IsAssignableFrom(t)));

    private static IEnumerable<string> Names(IEnumerable<Type> types) => types.Select(t => t.FullName!).Order(StringComparer.Ordinal);

    private sealed record Unlisted : IGrainCommand;
}
