using System.Text.Json;
using Orleans.Storage;
using Tsm.Orleans.Messages;

namespace Tsm.Orleans.Grains;

/// <summary>How a <see cref="GrainRecord"/> is stored: UTF-8 JSON.</summary>
internal sealed class GrainRecordSerializer(GrainMessages messages) : IGrainStorageSerializer
{
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, messages.Options));

    /// <summary>A row that cannot be read is told by its grain, which leaves it alone: no activation fails for it.</summary>
    public T Deserialize<T>(BinaryData input)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(input.ToMemory().Span, messages.Options) ?? throw new JsonException("The record is null.");
        }
        catch (Exception exception) when (typeof(T) == typeof(GrainRecord) && exception is JsonException or NotSupportedException)
        {
            return (T)(object)new GrainRecord { Unreadable = exception.Message };
        }
    }
}
