using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Tsm.Cli.Caps;
using Tsm.Cli.Demo;
using Tsm.Cli.Explaining;

namespace Tsm.Cli.Api;

/// <summary>How our records are read and written; generated at build, so that nothing is reflected over at start.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Page<CardRecord>))]
[JsonSerializable(typeof(Page<HistoryEntry>))]
[JsonSerializable(typeof(Page<App>))]
[JsonSerializable(typeof(Page<Job>))]
[JsonSerializable(typeof(Page<SmscHealth>))]
[JsonSerializable(typeof(Page<JsonElement>))]
[JsonSerializable(typeof(CardRecord))]
[JsonSerializable(typeof(IReadOnlyList<Content>))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(JobOrder))]
[JsonSerializable(typeof(JobsCreated))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ReadyServer))]
[JsonSerializable(typeof(ReadySimulator))]
[JsonSerializable(typeof(SimulatorCards))]
[JsonSerializable(typeof(DemoReport))]
[JsonSerializable(typeof(CapReport))]
[JsonSerializable(typeof(ExplanationReport))]
[JsonSerializable(typeof(VerdictReport))]
[JsonSerializable(typeof(ExplainOrder))]
[JsonSerializable(typeof(ExtraditionOrder))]
[JsonSerializable(typeof(JobExplanation))]
[JsonSerializable(typeof(Page<TrailEntry>))]
[JsonSerializable(typeof(TrailVerification))]
[JsonSerializable(typeof(TrailKey))]
[JsonSerializable(typeof(TrailExport))]
[JsonSerializable(typeof(Page<Service>))]
[JsonSerializable(typeof(ServiceOrder))]
[JsonSerializable(typeof(ServiceVersionOrder))]
[JsonSerializable(typeof(RejectionOrder))]
[JsonSerializable(typeof(TableOrder))]
[JsonSerializable(typeof(ServiceMatrix))]
[JsonSerializable(typeof(ServiceTable))]
[JsonSerializable(typeof(TableComparison))]
[JsonSerializable(typeof(RequestOrder))]
[JsonSerializable(typeof(ServiceRequest))]
[JsonSerializable(typeof(Page<ServiceRequest>))]
[JsonSerializable(typeof(EligibilityReport))]
[JsonSerializable(typeof(LossOrder))]
[JsonSerializable(typeof(LossReport))]
[JsonSerializable(typeof(AppServerOrder))]
[JsonSerializable(typeof(AppServer))]
[JsonSerializable(typeof(Page<AppServer>))]
[JsonSerializable(typeof(Page<ServiceInstance>))]
internal sealed partial class TsmJson : JsonSerializerContext
{
    private static readonly JsonWriterOptions Indented = new()
    {
        Indented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The record as indented JSON without escapes that a terminal does not need.</summary>
    public static string Text<T>(T value, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>What a server sent, indented.</summary>
    public static string Text(JsonElement json)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Indented))
        {
            json.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
