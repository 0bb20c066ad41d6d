using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm request</c>: what is asked for services on cards, and what became of it.</summary>
internal static class RequestCommands
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(300);

    private static readonly Argument<string> Operation = new("operation")
    {
        Description = "download, personalise, activate, suspend, resume, terminate, deploy, upgrade or rotateKeys",
    };

    private static readonly Argument<string> Service = new("service") { Description = "Identifier, registered AID or code of the service" };
    private static readonly Argument<string> Id = new("id") { Description = "Identifier of the request" };
    private static readonly Option<string?> Number = new("--msisdn", "-m") { Description = "Number of the user", HelpName = "MSISDN" };
    private static readonly Option<string?> Card = new("--card", "-c") { Description = "ICCID of the card", HelpName = "ICCID" };
    private static readonly Option<string?> Version = new("--version-of") { Description = "Version; the newest approved one without it", HelpName = "VERSION" };
    private static readonly Option<string?> Key = new("--key") { Description = "Key of the request: the same again is the same request", HelpName = "KEY" };
    private static readonly Option<string?> Status = new("--status") { Description = "Only requests in this state", HelpName = "STATE" };
    private static readonly Option<string?> OfService = new("--service", "-s") { Description = "Only requests for this service", HelpName = "SERVICE" };
    private static readonly Option<bool> NoWait = new("--no-wait") { Description = "Return once the request is taken" };

    public static Verb Build(Terminal terminal) => new Verb("request", "Requests: ask for services on cards, check, list, cancel").With(
        new Verb(
            "create",
            "Ask for something to be done with a service on a card; the exit code is its outcome",
            "tsm request create deploy canteen --msisdn 491700000001",
            "tsm request create suspend canteen --card 8949000000000000018 --no-wait")
            .Takes(Operation, Service, Number, Card, Version, Key, NoWait, CommonOptions.Timeout).TalksToServer().Does(terminal, CreateAsync),
        new Verb(
            "check",
            "Say whether a request would be granted, check by check, and do nothing",
            "tsm request check deploy canteen --msisdn 491700000001")
            .Takes(Operation, Service, Number, Card, Version).TalksToServer().Does(terminal, CheckAsync),
        new Verb("list", "List requests, newest first", "tsm request list --status refused", "tsm request list --service canteen")
            .Takes(Status, OfService, Card, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a request and what was checked for it", "tsm request show REQUEST")
            .Takes(Id).TalksToServer().Does(terminal, ShowAsync),
        new Verb("cancel", "Call a request off; what the card has begun ends with its next packet", "tsm request cancel REQUEST")
            .Takes(Id).TalksToServer().Does(terminal, CancelAsync));

    /// <summary>The exit code of a request: what is not ended is unknown.</summary>
    public static int Outcome(ServiceRequest request) => request.Status switch
    {
        "done" => request.Grade is "unknown" ? ExitCode.Unknown : ExitCode.Done,
        "refused" or "failed" or "cancelled" => ExitCode.Refused,
        _ => ExitCode.Unknown,
    };

    private static async Task<int> CreateAsync(Invocation run)
    {
        Answer<ServiceRequest> answer = await run.Api.RequestAsync(Order(run), run.Get(Key) ?? Guid.NewGuid().ToString("N"), run.Cancellation);
        if (!run.Get(NoWait))
        {
            answer = await FollowAsync(run, answer);
        }

        run.Result(answer.Json, console => RequestText.Show(console, answer.Value));
        return run.Get(NoWait) ? ExitCode.Done : Outcome(answer.Value);
    }

    private static async Task<int> CheckAsync(Invocation run)
    {
        Answer<EligibilityReport> answer = await run.Api.CheckRequestAsync(Order(run), run.Cancellation);
        run.Result(answer.Json, console => RequestText.Report(console, answer.Value));
        return answer.Value.Eligible ? ExitCode.Done : ExitCode.Refused;
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<ServiceRequest>> answer = await run.Api.RequestsAsync(
            run.Get(Status), run.Get(OfService), run.Get(Card), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => RequestText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<ServiceRequest> answer = await run.Api.RequestAsync(run.Get(Id), run.Cancellation);
        EligibilityReport? report = run.Json ? null : (await run.Api.RequestEligibilityAsync(run.Get(Id), run.Cancellation)).Value;
        return run.Result(answer.Json, console =>
        {
            RequestText.Show(console, answer.Value);
            if (report is { Checks.Count: > 0 })
            {
                Print.Heading(console, "Checks");
                RequestText.Report(console, report);
            }
        });
    }

    private static async Task<int> CancelAsync(Invocation run)
    {
        Answer<ServiceRequest> answer = await run.Api.CancelRequestAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => RequestText.Show(console, answer.Value));
    }

    private static async Task<Answer<ServiceRequest>> FollowAsync(Invocation run, Answer<ServiceRequest> answer)
    {
        using var limit = new CancellationTokenSource(run.Get(CommonOptions.Timeout) ?? Timeout.InfiniteTimeSpan);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, run.Cancellation);
        try
        {
            while (!answer.Value.HasEnded)
            {
                await Task.Delay(LookEvery, either.Token);
                answer = await run.Api.RequestAsync(answer.Value.Id, either.Token);
            }
        }
        catch (OperationCanceledException) when (!run.Cancellation.IsCancellationRequested)
        {
            // The request goes on; the exit code says that its outcome is not known.
        }

        return answer;
    }

    private static RequestOrder Order(Invocation run) =>
        new(run.Get(Service), run.Get(Operation), run.Get(Number), run.Get(Card), run.Get(Version));
}

/// <summary><c>tsm loss</c>: cards that were lost.</summary>
internal static class LossCommands
{
    private static readonly Argument<string> Number = new("msisdn") { Description = "Number of the user" };

    public static Verb Build(Terminal terminal) => new Verb("loss", "Lost cards: suspend all that is active on them").With(
        new Verb("report", "Suspend all active services of the card with this number", "tsm loss report 491700000001")
            .Takes(Number).TalksToServer().Does(terminal, ReportAsync));

    private static async Task<int> ReportAsync(Invocation run)
    {
        Answer<LossReport> answer = await run.Api.ReportLossAsync(new(run.Get(Number)), Guid.NewGuid().ToString("N"), run.Cancellation);
        return run.Result(answer.Json, console => RequestText.Loss(console, answer.Value));
    }
}

/// <summary><c>tsm appserver</c>: the servers that allocate keys and serial numbers.</summary>
internal static class AppServerCommands
{
    private static readonly Argument<string> Name = new("name") { Description = "Name of the server" };
    private static readonly Argument<string> Url = new("url") { Description = "Where it is: https, or http on this machine" };
    private static readonly Option<string[]> Services = new("--service") { Description = "A service it serves; all that name it without", HelpName = "SERVICE" };
    private static readonly Option<string?> Secret = new("--secret-file") { Description = "File with the shared secret, hexadecimal; one is made without it", HelpName = "FILE" };
    private static readonly Option<int?> Seconds = new("--answer-within") { Description = "How long an answer may take, in seconds (1 to 60; default 5)", HelpName = "SECONDS" };
    private static readonly Option<string?> Description = new("--description") { Description = "What anybody may know of it", HelpName = "TEXT" };

    public static Verb Build(Terminal terminal) => new Verb("appserver", "Application servers: add, list, look at").With(
        new Verb(
            "add",
            "Declare an application server; a secret that is made is shown this once",
            "tsm appserver add canteen http://127.0.0.1:8090 --service canteen")
            .Takes(Name, Url, Services, Secret, Seconds, Description).TalksToServer().Does(terminal, AddAsync),
        new Verb("list", "List application servers", "tsm appserver list").TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show an application server and the key for which it encrypts", "tsm appserver show canteen")
            .Takes(Name).TalksToServer().Does(terminal, ShowAsync));

    private static async Task<int> AddAsync(Invocation run)
    {
        string? secret = run.Get(Secret) is { } path ? System.Text.Encoding.UTF8.GetString(await run.ReadFileAsync(path)).Trim() : null;
        string[]? services = run.Get(Services);
        Answer<AppServer> answer = await run.Api.AddAppServerAsync(
            new(run.Get(Name), run.Get(Url), services is { Length: > 0 } ? services : null, secret, run.Get(Seconds), run.Get(Description)), run.Cancellation);
        return run.Result(answer.Json, console => RequestText.Server(console, answer.Value));
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<AppServer>> answer = await run.Api.AppServersAsync(run.Cancellation);
        return run.Result(answer.Json, console => RequestText.Servers(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<AppServer> answer = await run.Api.AppServerAsync(run.Get(Name), run.Cancellation);
        return run.Result(answer.Json, console => RequestText.Server(console, answer.Value));
    }
}
