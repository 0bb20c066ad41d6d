using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Explain;
using Tsm.Security.Scp80;
using Tsm.Server.Access;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>What octets mean, and why a job came out as it did.</summary>
internal static class ExplainEndpoints
{
    private const int MostSteps = 1000;

    public static void MapExplain(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/explain", ExplainAsync)
            .WithTags("Explain")
            .WithName("Explain")
            .WithSummary("Says what octets are and what they mean, with the key sets of a card where one is named")
            .Produces<ExplanationView>()
            .Refuses(StatusCodes.Status400BadRequest, StatusCodes.Status404NotFound);
        routes.MapGet("/jobs/{id}/explanation", ExplainJobAsync)
            .WithTags("Explain")
            .WithName("ExplainJob")
            .WithSummary("Says why a job came out as it did, with the octets of every step explained")
            .Produces<JobExplanation>()
            .Refuses(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ExplainAsync(
        ExplainRequest request, Caller caller, Lookup lookup, CardExplainer explainer, CancellationToken cancellationToken)
    {
        if (!Octets.TryParse(request.Octets, out Octets octets) || octets.IsEmpty)
        {
            return Wrong("octets is not in hexadecimal.", "Give one octet or more, two hexadecimal digits each.");
        }

        if (!TryReadAsked(request.Asked, out CommandHeader? asked))
        {
            return Wrong("asked is not SPI2, KIc and KID of a command.", "Give six hexadecimal digits, e.g. 391212.");
        }

        if (request.After is not null && !(Octets.TryParse(request.After, out Octets given) && given.Length == 1))
        {
            return Wrong("after is not the INS of a command.", "Give two hexadecimal digits, e.g. E8 for LOAD.");
        }

        GrainKey? card = null;
        if (request.Card is { } named && (card = await lookup.CardAsync(caller.Tenant, named, cancellationToken)) is null)
        {
            return ApiProblems.Result(ApiProblems.CardUnknown(named));
        }

        byte? after = request.After is { } ins ? Octets.Parse(ins)[0] : null;
        IReadOnlyList<Explanation> explained = await explainer.ExplainAsync(card, [octets], new() { Asked = asked, After = after }, cancellationToken);
        return Results.Ok(ExplanationView.From(explained[0]));
    }

    private static async Task<IResult> ExplainJobAsync(
        string id, Caller caller, IJobReads jobs, ICardReads cards, JobView view, CardExplainer explainer, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(caller.Tenant, id, cancellationToken) is not JobRow row
            || await view.FindAsync(caller.Tenant, id, cancellationToken) is not { } details)
        {
            return ApiProblems.Result(ApiProblems.JobUnknown(id));
        }

        Page<StoredHistoryEntry> history = await cards.HistoryAsync(row.Card, id, before: null, MostSteps, cancellationToken);
        HistoryEntry[] entries = [.. history.Items.Reverse().Select(i => i.Entry)];
        IReadOnlyList<Explanation> explained = await explainer.ExplainAsync(
            row.Card, [.. entries.Where(e => !e.Raw.IsEmpty).Select(e => e.Raw)], ExplainContext.None, cancellationToken);
        var steps = new List<ExplainedStep>(entries.Length);
        int at = 0;
        foreach (HistoryEntry entry in entries)
        {
            steps.Add(new(entry.At, entry.Kind, entry.Text, entry.Raw.IsEmpty ? null : ExplanationView.From(explained[at++])));
        }

        return Results.Ok(new JobExplanation(details, Judge(row), steps));
    }

    private static VerdictView Judge(JobRow row) => row switch
    {
        { Problem: { } problem } => new(problem.Layer, problem.Code, problem.Name, problem.Meaning, problem.Cause, problem.Next, Trouble: true),
        { Status: JobStatus.Done, Grade: Grade.Proven } => new("lifecycle", "DONE", "Done and proven", "The card has proven that all of it was done.", "Every step was answered with a valid cryptographic checksum.", "Nothing needs to be done.", Trouble: false),
        { Status: JobStatus.Done } => new("lifecycle", "DONE", "Done, not proven", "The job has ended, and its outcome is not proven.", "The card's model asks for no checksum in its answers.", "Audit the card if it matters.", Trouble: true),
        { Status: JobStatus.Queued } => new("lifecycle", "QUEUED", "Waiting", row.Now, "The card works on one job at a time.", "Wait, or call it off.", Trouble: false),
        _ => new("lifecycle", row.Status.ToString().ToUpperInvariant(), row.Status.ToString(), row.Now, "It is under way, or was called off.", "See in the steps where it stands.", Trouble: false),
    };

    private static bool TryReadAsked(string? text, out CommandHeader? asked)
    {
        asked = null;
        if (text is null)
        {
            return true;
        }

        if (!Octets.TryParse(text, out Octets octets) || octets.Length != 3 || !Spi.TryParse([0, octets[0]], out Spi spi, out _))
        {
            return false;
        }

        _ = Kic.TryParse([octets[1]], out Kic kic, out _);
        _ = Kid.TryParse([octets[2]], out Kid kid, out _);
        asked = new(spi, kic, kid, default, Counter.Zero);
        return true;
    }

    private static IResult Wrong(string what, string next) => ApiProblems.Result(ApiProblems.RequestInvalid(what, next));
}
