using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm event</c>: what has happened to services and cards, and what happens now.</summary>
internal static class EventCommands
{
    private static readonly TimeSpan BeforeNextTry = TimeSpan.FromSeconds(1);

    private static readonly Option<string?> Provider = new("--provider") { Description = "Only events of this provider", HelpName = "ID" };
    private static readonly Option<string?> Kind = new("--kind") { Description = "Only this kind, such as service.activated", HelpName = "KIND" };
    private static readonly Option<string?> Service = new("--service") { Description = "Only events of this service", HelpName = "ID" };
    private static readonly Option<string?> Card = new("--card") { Description = "Only events of this card: ICCID or MSISDN", HelpName = "CARD" };

    public static Verb Build(Terminal terminal) => new Verb("event", "Events: list, follow").With(
        new Verb("list", "List events, newest first", "tsm event list --card 8988211000000000017", "tsm event list --kind service.suspended --json")
            .Takes(Provider, Kind, Service, Card, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ListAsync),
        new Verb("follow", "Show events as they happen, on all nodes, until Ctrl-C; with --json one line of JSON each",
            "tsm event follow", "tsm event follow --provider bank --json | jq .kind")
            .Takes(Provider, Kind, Service, Card).TalksToServer().Does(terminal, FollowAsync));

    private static EventQuery Query(Invocation run) => new(run.Get(Provider), run.Get(Kind), run.Get(Service), run.Get(Card));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.EventsAsync(
            Query(run), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => RecordText.List(
            console, answer.Value, "Nothing has happened that fits.",
            ("at", "at"), ("kind", "kind"), ("provider", "provider"), ("service", "service"), ("card", "card"), ("what", "text")));
    }

    /// <summary>Goes on where a stream was cut off; what it repeats then is left out.</summary>
    private static async Task<int> FollowAsync(Invocation run)
    {
        string? last = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        bool hasBegun = false;
        while (true)
        {
            try
            {
                await run.Api.FollowEventsAsync(Query(run), last, Take, run.Cancellation);
                hasBegun = true;
            }
            catch (ProblemException fault) when (hasBegun || last is not null)
            {
                // A server that is started again is waited for; one that lets nobody in is not.
                if (fault.Problem.Code is not "SERVER_UNREACHABLE")
                {
                    throw;
                }
            }

            await Task.Delay(BeforeNextTry, run.Terminal.Time, run.Cancellation);
        }

        void Take(string id, JsonElement raised)
        {
            last = id;
            hasBegun = true;
            if (!seen.Add(RecordText.Text(raised, "id") ?? id))
            {
                return;
            }

            if (run.Json)
            {
                run.Terminal.Output.WriteLine(raised.GetRawText());
                run.Terminal.Output.Flush();
            }
            else
            {
                run.Terminal.Screen.Write(new Text(RecordText.Line(raised) + "\n"));
            }
        }
    }
}
