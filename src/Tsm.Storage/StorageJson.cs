using System.Text.Json;
using System.Text.Json.Serialization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Card.Identifiers;

namespace Tsm.Storage;

/// <summary>What is stored as JSON inside a column: identifiers as hexadecimal digits, enumerations by name.</summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(AidConverter), typeof(TarConverter)])]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CardModel))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Aid[]))]
[JsonSerializable(typeof(PackageReference[]))]
#pragma warning disable SYSLIB1225 // Aid and Octets have a span besides; the converters read and write them.
internal sealed partial class StorageJson : JsonSerializerContext;
#pragma warning restore SYSLIB1225

internal sealed class AidConverter : JsonConverter<Aid>
{
    public override Aid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Aid.Parse(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Aid value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}

internal sealed class TarConverter : JsonConverter<Tar>
{
    public override Tar Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Tar.Parse(reader.GetString() ?? "");

    public override void Write(Utf8JsonWriter writer, Tar value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
