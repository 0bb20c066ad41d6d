using System.Text.Json;
using Tsm.Cli.Api;

namespace Tsm.Cli.Demo;

/// <summary>What a demo has shown: what <c>tsm demo --json</c> prints.</summary>
internal sealed record DemoReport
{
    /// <summary>Whether every step was proven on every card.</summary>
    public bool Ok { get; set; }

    public double Seconds { get; set; }

    /// <summary>Only with --keep: where the server listens, how to get in, and where the files are.</summary>
    public string? Url { get; set; }

    public string? Token { get; set; }

    public string? Folder { get; set; }

    public IReadOnlyList<ImportedCard> Cards { get; init; } = [];

    public List<App> Applications { get; init; } = [];

    public List<DemoStep> Steps { get; init; } = [];

    /// <summary>All jobs; those of the first cards with their evidence.</summary>
    public List<Job> Jobs { get; init; } = [];

    /// <summary>What cards said is on them.</summary>
    public List<DemoRegistry> Registries { get; init; } = [];

    public DemoTotals Totals { get; set; } = new(0, 0, 0, 0, 0);

    /// <summary>What the simulator has counted.</summary>
    public JsonElement? Account { get; set; }

    public List<Problem> Problems { get; init; } = [];
}

/// <summary>One step: on how many cards it was proven, of how many.</summary>
internal sealed record DemoStep(string Name, bool Ok, int Proven, int Of, double Seconds, string Text);

/// <summary>The registry of a card as it was read over the air.</summary>
internal sealed record DemoRegistry(string Iccid, string Model, IReadOnlyList<Content> Contents);

/// <summary>What all jobs together have cost; repetitions are among the SMS sent.</summary>
internal sealed record DemoTotals(int SmsSent, int SmsRepeated, int SmsReceived, long OctetsSent, int Proofs)
{
    public static DemoTotals Of(IReadOnlyCollection<Job> jobs) => new(
        jobs.Sum(j => j.SmsSent), jobs.Sum(j => j.SmsRepeated), jobs.Sum(j => j.SmsReceived), jobs.Sum(j => j.OctetsSent), jobs.Sum(j => j.Proofs));
}
