using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Jobs;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Demo;

internal sealed partial class DemoRun
{
    /// <summary>Cards of one order; the API takes 1000.</summary>
    private const int CardsPerOrder = 500;

    /// <summary>Longer than the server waits for a silent card: then nothing happens any more.</summary>
    private static readonly TimeSpan StallLimit = TimeSpan.FromMinutes(3);

    /// <summary>Instances by application and applet, as the server named them.</summary>
    private readonly Dictionary<(string Application, string Applet), string> _instances = [];

    private async Task ImportAsync()
    {
        long started = _terminal.Time.GetTimestamp();
        ImportResult result = (await _site.Api.ImportCardsAsync(DemoCards.ToCsv(_cards), dryRun: false, "demo", _cancellation)).Value;
        string models = string.Join(", ", _cards.GroupBy(c => c.Model.Name, StringComparer.Ordinal).Select(g => $"{Print.Count(g.Count())} {g.Key}"));
        Tell("import", result.Imported, started, $"{Print.Count(result.Imported, "card")} imported with random keys: {models}");
    }

    private async Task<App> UploadAsync(DemoPackage package)
    {
        long started = _terminal.Time.GetTimestamp();
        App app = (await _site.Api.AddApplicationAsync(package.Content, package.Name, _cancellation)).Value;
        _report.Applications.Add(app);
        var used = _cards.Select(c => c.Model.Name).ToHashSet(StringComparer.Ordinal);
        Compatibility[] models = [.. app.Compatibility.Where(c => used.Contains(c.Model))];
        string what = app.Library ? "a library" : Print.Count(app.Applets.Count, "applet");
        Tell("upload", _cards.Count, started, $"{package.Name} uploaded: package {app.PackageAid} {app.Version}, {what}, "
            + $"{Print.Count(app.LoadFileSize, "octet")}; fits {models.Count(m => m.Ok)} of {models.Length} card models");
        foreach (Compatibility model in models.Where(m => !m.Ok))
        {
            _console.Write(new Text($"  {model.Model}: {string.Join("; ", model.Reasons)}\n"));
        }

        return app;
    }

    /// <summary>Does something on cards and says on how many it was proven.</summary>
    /// <returns>Whether it was proven on all.</returns>
    private async Task<bool> OrderAsync(
        string name, string operation, App? app, string? applet, IReadOnlyList<DemoCard> cards, string proves)
    {
        long started = _terminal.Time.GetTimestamp();
        var jobs = new List<Job>();
        var refused = new List<RefusedCard>();
        foreach (DemoCard[] chunk in cards.Chunk(CardsPerOrder))
        {
            JobsCreated created = (await _site.Api.CreateJobsAsync(
                Order(operation, app, applet, chunk), Guid.NewGuid().ToString("N"), _cancellation)).Value;
            jobs.AddRange(created.Jobs);
            refused.AddRange(created.Refused);
        }

        var follower = new JobFollower(_site.Api, _terminal.Time, _terminal.PollInterval, StallLimit);
        IReadOnlyList<Job> ended = await _site.WhileAliveAsync(
            token => JobDisplay.FollowAsync(_terminal, follower, jobs, null, _options.Json, token), _cancellation);
        await RememberAsync(ended, app, applet);
        int proven = ended.Count(j => j.Proven);
        var cost = DemoTotals.Of([.. ended]);
        string what = app is null ? name : $"{name} {app.Name ?? app.PackageAid}" + (app.Applets.Count > 1 && applet is not null ? $" {applet}" : "");
        Tell(what, proven, cards.Count, started, $"{what}: proven by {Print.Count(proven)} of {Print.Count(cards.Count, "card")}{(proven == 0 ? "" : ": " + proves)} "
            + $"({Print.Count(cost.SmsSent)} SMS, {Print.Count(cost.Proofs, "proof")}, {Print.Duration(_terminal.Time.GetElapsedTime(started))})");
        foreach (RefusedCard card in refused)
        {
            Fail(card.Problem);
        }

        foreach (Job job in ended.Where(j => !j.Proven).Take(ShownAll))
        {
            Fail(job.Problem ?? NotProven(job));
        }

        return proven == cards.Count;
    }

    /// <summary>Reads what is on every card and compares it with what has been done.</summary>
    private async Task AuditAsync(App application, IReadOnlyList<App> libraries)
    {
        if (!await OrderAsync("audit", "audit", null, null, _cards, "registry read back over the air"))
        {
            return;
        }

        string[] instances = [.. application.Applets.Select(a => InstanceOf(application, a))];
        foreach (DemoCard card in _cards)
        {
            CardRecord seen = (await _site.Api.CardAsync(card.Iccid, _cancellation)).Value;
            bool terminated = card == _cards[^1];
            var expected = new DemoExpectation(
                [.. libraries.Select(l => l.PackageAid), .. terminated ? [] : new[] { application.PackageAid }],
                terminated ? [] : instances,
                terminated ? [application.PackageAid, .. instances] : []);
            IReadOnlyList<string> complaints = expected.Check(seen.ContentList);
            if (_shown.Contains(card.Iccid))
            {
                _report.Registries.Add(new(card.Iccid, card.Model.Name, seen.ContentList));
            }

            if (complaints.Count > 0)
            {
                Fail(DemoExpectation.Disappointed(card.Iccid, complaints));
            }
        }
    }

    /// <summary>Asks the simulator, which saw everything, whether a counter was reused or a command executed twice.</summary>
    private async Task AccountAsync()
    {
        try
        {
            _report.Account = await _site.AccountAsync(_cancellation);
            foreach (Problem problem in DemoAccount.Problems(_report.Account.Value))
            {
                Fail(problem);
            }
        }
        catch (ProblemException fault) when (!_cancellation.IsCancellationRequested)
        {
            Fail(fault.Problem);
        }
    }

    private JobOrder Order(string operation, App? app, string? applet, IEnumerable<DemoCard> cards) => new()
    {
        Operation = operation,
        Cards = [.. cards.Select(c => c.Iccid)],
        Application = app?.Id,
        Applet = operation is "install" ? applet : null,
        Instance = app is null || applet is null || operation is "install" ? null : InstanceOf(app, applet),
    };

    private string InstanceOf(App app, string applet) => _instances.GetValueOrDefault((app.Id, applet), applet);

    private async Task RememberAsync(IReadOnlyList<Job> jobs, App? app, string? applet)
    {
        foreach (Job job in jobs)
        {
            if (app is not null && applet is not null && job.Instance is not null)
            {
                _instances[(app.Id, applet)] = job.Instance;
            }

            _report.Jobs.Add(_shown.Contains(job.Card) ? (await _site.Api.JobAsync(job.Id, _cancellation)).Value : job);
        }
    }

    private void Tell(string name, int proven, long started, string text) => Tell(name, proven, _cards.Count, started, text);

    private void Tell(string name, int proven, int of, long started, string text)
    {
        bool ok = proven == of;
        _report.Steps.Add(new(name, ok, proven, of, Math.Round(_terminal.Time.GetElapsedTime(started).TotalSeconds, 1), text));
        if (ok)
        {
            Print.Tick(_console, text);
        }
        else
        {
            Print.Cross(_console, text);
        }
    }

    private void Fail(Problem problem)
    {
        _report.Problems.Add(problem);
        ProblemText.Write(_console, problem);
    }

    private static Problem NotProven(Job job) => new()
    {
        Title = "Not proven",
        Detail = $"{job.Operation} on {job.Card} ended as {JobBoard.Outcome(job)}, without a proof.",
        Layer = "lifecycle",
        Code = "NOT_PROVEN",
        Cause = "No answer with a valid checksum came from the card.",
        Next = "Run the demo with --keep and look at the job with `tsm job show`.",
        Evidence = ["job " + job.Id],
    };
}
