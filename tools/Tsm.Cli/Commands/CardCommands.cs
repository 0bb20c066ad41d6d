using System.CommandLine;
using System.Text;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm card</c>: cards, what is on them and what happened to them.</summary>
internal static class CardCommands
{
    /// <summary>The longest name of a source that the audit trail takes, in characters.</summary>
    private const int MaxSource = 128;

    private static readonly Argument<string> File = new("file") { Description = "CSV file, or - for standard input" };
    private static readonly Argument<string> Card = new("card") { Description = "ICCID or MSISDN" };
    private static readonly Argument<string> Provider = new("provider") { Description = "Id of the provider" };
    private static readonly Option<string> App = new("--app", "-a") { Description = "Application: identifier, package AID or name", HelpName = "APP", Required = true };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Check every line, import nothing" };
    private static readonly Option<string?> Model = new("--model") { Description = "Only cards of this model", HelpName = "NAME" };
    private static readonly Option<string?> Search = new("--search") { Description = "Only cards whose ICCID or MSISDN contains this", HelpName = "TEXT" };
    private static readonly Option<string?> Before = new("--before") { Description = "Older than this entry, as the page before said", HelpName = "ID" };

    public static Verb Build(Terminal terminal) => new Verb("card", "Cards: import, list, look at, history").With(
        new Verb("import", "Import cards and their keys from CSV: iccid,msisdn,model,kvn,kic,kid,dek[,counter]",
            "tsm card import cards.csv --dry-run", "gpg -d cards.csv.gpg | tsm card import -")
            .Takes(File, DryRun).TalksToServer().Does(terminal, ImportAsync),
        new Verb("list", "List cards", "tsm card list --model uicc-aes", "tsm card list --search 8988 --json")
            .Takes(Model, Search, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a card: contents as wanted and confirmed, key check values, counters", "tsm card show 8988211000000000017")
            .Takes(Card).TalksToServer().Does(terminal, ShowAsync),
        new Verb("history", "Show what happened to a card, newest first", "tsm card history 8988211000000000017 --limit 20")
            .Takes(Card, CommonOptions.Limit, Before).TalksToServer().Does(terminal, HistoryAsync),
        new Verb("rotate-keys", "Give a provider's security domain new keys: put, proven, the old ones retired",
            "tsm card rotate-keys 8988211000000000017 lunch")
            .Takes(Card, Provider, CommonOptions.Timeout).TalksToServer().Does(terminal, RotateKeysAsync),
        new Verb("extradite", "Move an application into a provider's security domain",
            "tsm card extradite 8988211000000000017 lunch --app hello")
            .Takes(Card, Provider, App, CommonOptions.Timeout).TalksToServer().Does(terminal, ExtraditeAsync));

    private static async Task<int> ImportAsync(Invocation run)
    {
        string path = run.Get(File);
        byte[] csv = await run.ReadFileAsync(path);
        string name = path is "-" ? "standard input" : Path.GetFileName(path);
        string source = name.Length <= MaxSource ? name : name[^MaxSource..];
        Answer<ImportResult> answer =
            await run.Api.ImportCardsAsync(Encoding.UTF8.GetString(csv), run.Get(DryRun), source, run.Cancellation);
        return run.Result(answer.Json, console => CardText.Imported(console, answer.Value));
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<CardRecord>> answer = await run.Api.CardsAsync(
            run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Get(Model), run.Get(Search), run.Cancellation);
        return run.Result(answer.Json, console => CardText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<CardRecord> answer = await run.Api.CardAsync(run.Get(Card), run.Cancellation);
        return run.Result(answer.Json, console => CardText.Show(console, answer.Value));
    }

    private static async Task<int> RotateKeysAsync(Invocation run) =>
        await FollowAsync(run, await run.Api.RotateKeysAsync(run.Get(Card), run.Get(Provider), run.Cancellation));

    private static async Task<int> ExtraditeAsync(Invocation run) => await FollowAsync(
        run, await run.Api.ExtraditeAsync(run.Get(Card), run.Get(Provider), new(run.Get(App)!, null), run.Cancellation));

    private static async Task<int> FollowAsync(Invocation run, Answer<Job> asked)
    {
        IReadOnlyList<Job> ended = await JobRun.FollowAsync(run, [asked.Value]);
        if (run.Json)
        {
            IReadOnlyList<Job> details = await JobRun.DetailsAsync(run.Api, ended, run.Cancellation);
            run.Terminal.WriteJson(TsmJson.Text(details[0], TsmJson.Default.Job));
        }
        else
        {
            JobRun.Problems(run.Terminal, ended);
        }

        return ExitCode.Worst(ended.Select(ExitCode.Of));
    }

    private static async Task<int> HistoryAsync(Invocation run)
    {
        Answer<Page<HistoryEntry>> answer =
            await run.Api.HistoryAsync(run.Get(Card), run.Get(CommonOptions.Limit), run.Get(Before), run.Cancellation);
        return run.Result(answer.Json, console => CardText.History(console, answer.Value));
    }
}
