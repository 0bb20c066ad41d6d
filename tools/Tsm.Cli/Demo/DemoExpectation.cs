using Tsm.Cli.Api;

namespace Tsm.Cli.Demo;

/// <summary>What an audit should find on a card after the demo.</summary>
/// <param name="LoadFiles">AIDs of load files that are there.</param>
/// <param name="Instances">AIDs of instances that are there and can be selected.</param>
/// <param name="Gone">AIDs of what is not there any more.</param>
internal sealed record DemoExpectation(IReadOnlyList<string> LoadFiles, IReadOnlyList<string> Instances, IReadOnlyList<string> Gone)
{
    /// <summary>What is not as expected, one sentence each.</summary>
    public IReadOnlyList<string> Check(IReadOnlyList<Content> contents)
    {
        ILookup<string, Content> there = contents.Where(c => c.Confirmed is not null || c.Unknown).ToLookup(c => c.Aid, StringComparer.Ordinal);
        var complaints = new List<string>();
        complaints.AddRange(contents.Where(c => c.Unknown).Select(c => $"{c.Aid} is unknown even after the audit."));
        complaints.AddRange(LoadFiles.Where(f => !there.Contains(f)).Select(f => $"Load file {f} is not there."));
        foreach (string instance in Instances)
        {
            string? state = there[instance].FirstOrDefault()?.Confirmed;
            if (state is null)
            {
                complaints.Add($"Instance {instance} is not there.");
            }
            else if (state is not ("SELECTABLE" or "PERSONALIZED"))
            {
                complaints.Add($"Instance {instance} is {state}, not SELECTABLE.");
            }
        }

        complaints.AddRange(Gone.Where(there.Contains).Distinct(StringComparer.Ordinal).Select(g => $"{g} is still there."));
        return complaints;
    }

    /// <summary>The problem that a card is not as it should be.</summary>
    public static Problem Disappointed(string iccid, IReadOnlyList<string> complaints) => new()
    {
        Title = "The card is not as its jobs said",
        Detail = $"The registry of {iccid} differs from what was proven before.",
        Layer = "lifecycle",
        Code = "AUDIT_DIFFERS",
        Cause = "A step was taken for done that was not, or the card did more than it was told.",
        Next = "Run the demo with --keep and look at `tsm card history`; please report what you find.",
        Evidence = complaints,
    };
}
