using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tsm.Simulator.Cards;

/// <summary>
/// Reads a value from the text that <paramref name="parse"/> understands, and writes its <c>ToString</c>.
/// </summary>
internal sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T> where T : notnull
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return parse(reader.GetString() ?? throw new JsonException($"{typeof(T).Name} is null."));
        }
        catch (Exception exception) when (
            exception is FormatException or OverflowException or InvalidOperationException)
        {
            // JSON's own exception carries the path in the document.
            throw new JsonException(exception.Message, exception);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
