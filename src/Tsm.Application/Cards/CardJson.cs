using System.Text.Json;
using System.Text.Json.Serialization;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Cards;

/// <summary>How states are written: UTF-8 JSON, octets as hexadecimal, without what is null.</summary>
/// <remarks>
/// What generated code does not find it leaves at the default of its type, not of its initialiser: a field that is added
/// later is filled in by <see cref="CardMachine.Deserialize"/>.
/// </remarks>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    Converters = [typeof(OctetsConverter), typeof(AidConverter), typeof(TarConverter), typeof(LifeCycleConverter)])]
[JsonSerializable(typeof(CardState))]
public sealed partial class CardJson : JsonSerializerContext;

/// <summary>How card models are written and read: what a document leaves out is at the model's default.</summary>
public static class CardModelJson
{
    /// <summary>Camel case, enums as words, octets as hexadecimal.</summary>
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase), new OctetsConverter(), new AidConverter(), new TarConverter() },
    };
}

/// <summary>Octets as hexadecimal.</summary>
public sealed class OctetsConverter : JsonConverter<Octets>
{
    /// <inheritdoc/>
    public override Octets Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Octets.TryParse(reader.GetString(), out Octets octets) ? octets : throw new JsonException("These are not hexadecimal digits.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Octets value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>An AID as hexadecimal.</summary>
public sealed class AidConverter : JsonConverter<Aid>
{
    /// <inheritdoc/>
    public override Aid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Aid.TryParse(reader.GetString(), out Aid aid, out string problem) ? aid : throw new JsonException(problem);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Aid value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>A TAR as hexadecimal.</summary>
public sealed class TarConverter : JsonConverter<Tar>
{
    /// <inheritdoc/>
    public override Tar Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Tar.TryParse(reader.GetString(), out Tar tar, out string problem) ? tar : throw new JsonException(problem);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Tar value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

/// <summary>A life cycle state as two hexadecimal digits.</summary>
public sealed class LifeCycleConverter : JsonConverter<LifeCycle>
{
    /// <inheritdoc/>
    public override LifeCycle Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Octets.TryParse(reader.GetString(), out Octets octets) && octets.Length == 1
            ? new(octets[0])
            : throw new JsonException("A life cycle state is two hexadecimal digits.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LifeCycle value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Value.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
}
