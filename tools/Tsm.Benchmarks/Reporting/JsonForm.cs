using System.Text.Json;
using System.Text.Json.Serialization;

namespace Tsm.Benchmarks.Reporting;

/// <summary>A report for programs: <c>{machine, limits, figures, findings}</c>.</summary>
internal static class JsonForm
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static string Write(Report report) => JsonSerializer.Serialize(report, Options);
}
