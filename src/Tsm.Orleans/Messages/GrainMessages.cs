using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Events;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Application.Services;

namespace Tsm.Orleans.Messages;

/// <summary>How commands, replies and effects travel between silos and into states: JSON with the name of the type, of a closed list.</summary>
/// <remarks>The list is closed because what comes in names its type. A test holds it complete.</remarks>
public sealed class GrainMessages
{
    private const string TypeName = "$type";

    /// <summary>What a grain can be told.</summary>
    public static ImmutableArray<Type> Commands { get; } =
    [
        typeof(DeadlinePassed), typeof(EnqueueJob), typeof(EnqueueJobs), typeof(CancelJob), typeof(PacketSubmitted), typeof(MessageReceived), typeof(ReceiptReceived),
        typeof(ChangeNumber), typeof(LoseNumber),
    ];

    /// <summary>What a grain can answer.</summary>
    public static ImmutableArray<Type> Replies { get; } =
    [
        typeof(Acknowledged), typeof(UnknownGrain), typeof(TurnFailed), typeof(JobAccepted), typeof(JobRejected), typeof(JobForgotten),
        typeof(MessageForeign), typeof(NumberIs), typeof(MessageLate),
    ];

    /// <summary>What a turn can cause.</summary>
    public static ImmutableArray<Type> Effects { get; } =
    [
        typeof(SaveCard), typeof(SaveJob), typeof(AppendHistory), typeof(QueuePacket), typeof(WithdrawPacket), typeof(RecordAudit),
        typeof(SaveServiceInstance), typeof(RaiseEvent), typeof(MoveAlias), typeof(EndAlias),
    ];

    /// <param name="more">Types of other machines' commands, replies and effects.</param>
    public GrainMessages(params IEnumerable<Type> more)
    {
        ImmutableArray<Type> all = [.. Commands, .. Replies, .. Effects, .. more];
        var resolver = new DefaultJsonTypeInfoResolver();
        resolver.Modifiers.Add(type => Derive<IGrainCommand>(type, all));
        resolver.Modifiers.Add(type => Derive<IReply>(type, all));
        resolver.Modifiers.Add(type => Derive<Effect>(type, all));
        Options = new()
        {
            TypeInfoResolver = resolver,
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters =
            {
                new JsonStringEnumConverter(), new OctetsConverter(), new AidConverter(), new TarConverter(), new LifeCycleConverter(),
                new GrainKeyConverter(),
            },
        };
    }

    /// <summary>For states that hold effects and replies.</summary>
    internal JsonSerializerOptions Options { get; }

    /// <summary>Writes a command.</summary>
    /// <exception cref="NotSupportedException">Its type is not on the list.</exception>
    public byte[] Write(IGrainCommand command) => JsonSerializer.SerializeToUtf8Bytes(command, Options);

    /// <summary>Writes a reply.</summary>
    /// <exception cref="NotSupportedException">Its type is not on the list.</exception>
    public byte[] Write(IReply reply) => JsonSerializer.SerializeToUtf8Bytes(reply, Options);

    /// <summary>Reads what <see cref="Write(IGrainCommand)"/> wrote.</summary>
    /// <exception cref="JsonException">It is none, or of a type that is not on the list.</exception>
    public IGrainCommand ReadCommand(ReadOnlySpan<byte> octets) => JsonSerializer.Deserialize<IGrainCommand>(octets, Options)!;

    /// <summary>Reads what <see cref="Write(IReply)"/> wrote.</summary>
    /// <exception cref="JsonException">It is none, or of a type that is not on the list.</exception>
    public IReply ReadReply(ReadOnlySpan<byte> octets) => JsonSerializer.Deserialize<IReply>(octets, Options)!;

    private static void Derive<TBase>(JsonTypeInfo type, ImmutableArray<Type> all)
    {
        if (type.Type != typeof(TBase))
        {
            return;
        }

        type.PolymorphismOptions = new()
        {
            TypeDiscriminatorPropertyName = TypeName,
            UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FailSerialization,
        };
        foreach (Type derived in all.Where(typeof(TBase).IsAssignableFrom))
        {
            type.PolymorphismOptions.DerivedTypes.Add(new(derived, derived.Name));
        }
    }

    private sealed class GrainKeyConverter : JsonConverter<GrainKey>
    {
        public override GrainKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            GrainKey.TryParse(reader.GetString(), out GrainKey key) ? key : throw new JsonException("This is not tenant/kind/id.");

        public override void Write(Utf8JsonWriter writer, GrainKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
