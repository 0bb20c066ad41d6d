using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm service</c>: what providers offer to card holders, in which versions, on which cards.</summary>
internal static class ServiceCommands
{
    private static readonly Argument<string> Id = new("service") { Description = "Identifier, registered AID or code of the service" };
    private static readonly Argument<string> Version = new("version") { Description = "Version, such as 1.0" };

    private static readonly Option<string?> Provider = Text("--provider", "PROVIDER", "Provider that offers it (with a provider's token: itself)");
    private static readonly Option<string?> Name = Text("--name", "NAME", "Name to call it by");
    private static readonly Option<string?> Aid = Text("--aid", "AID", "Registered AID; \"\" takes it away");
    private static readonly Option<string?> Code = Text("--code", "HEX", "Code in the private table, such as 01; \"\" takes it away");
    private static readonly Option<string?> Server = Text("--application-server", "NAME", "Application server that allocates keys and serial numbers; \"\" takes it away");
    private static readonly Option<string?> Swap = OneOf("--on-card-swap", "What becomes of it on a new card: move or orphan", "move", "orphan");

    private static readonly Option<string?> File = Text("--file", "FILE", "The version as JSON, in place of the options below; - for standard input");
    private static readonly Option<string?> App = Text("--app", "APP", "Load file: identifier, package AID or name");
    private static readonly Option<string?> Module = Text("--module", "AID", "Applet in the load file, when it has several");
    private static readonly Option<string?> Instance = Text("--instance", "AID", "AID of the instance (default: the applet's)");
    private static readonly Option<string?> Privileges = Text("--privileges", "HEX", "Privileges of the instance, 1 or 3 octets");
    private static readonly Option<string?> Parameters = Text("--parameters", "HEX", "Content of C9; variables as {serial}");
    private static readonly Option<string?> Tar = Text("--tar", "HEX", "TAR of the instance, 3 octets");
    private static readonly Option<string[]> Libraries = Many("--library", "APP", "Load file that comes first; in order, may be given several times (default: what the imports ask for)");
    private static readonly Option<string[]> Data = Many("--data", "DGI=HEX", "Data group for STORE DATA; variables as {key}; in order, may be given several times");
    private static readonly Option<string?> Upgrade = OneOf("--upgrade", "How it takes the place of an older version: replace or keepData", "replace", "keepData");
    private static readonly Option<string?> Only = Text("--version", "VERSION", "One version only");
    private static readonly Option<string?> Reason = Text("--reason", "TEXT", "Why, for the provider");
    private static readonly Option<string?> Card = Text("--card", "HEX", "The table of a card (object DF70): names where it disagrees, and ends with 1 if it does");
    private static readonly Option<string?> OfService = Text("--service", "SERVICE", "Only this service");
    private static readonly Option<string?> OnCard = Text("--card", "CARD", "Only on the card with this ICCID or number");
    private static readonly Option<string?> OfProvider = Text("--provider", "PROVIDER", "Only services of this provider");
    private static readonly Option<string?> State = OneOf(
        "--state", "Only in this state, as the card has proven it", "absent", "installed", "personalised", "active", "suspended");

    public static Verb Build(Terminal terminal) => new Verb("service", "Services: offer, version, approve, look at").With(
        new Verb("create", "Offer a service", "tsm service create canteen --provider acme --name \"Canteen card\" --code 01 --application-server canteen")
            .Takes(Id, Provider, Name, Aid, Code, Server, Swap).TalksToServer().Does(terminal, CreateAsync),
        new Verb("list", "List services", "tsm service list --provider acme")
            .Takes(Provider).TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a service and its versions", "tsm service show canteen")
            .Takes(Id).TalksToServer().Does(terminal, ShowAsync),
        new Verb("amend", "Change what is said about a service", "tsm service amend canteen --name \"Canteen and gate\"")
            .Takes(Id, Name, Aid, Code, Server, Swap).TalksToServer().Does(terminal, AmendAsync),
        new Verb("version", "Upload a version, for the carrier to approve",
            "tsm service version canteen 1.0 --app hello --tar 010203 --data 0101={key} --data 0102={iccid}", "tsm service version canteen 1.1 --file canteen-1.1.json")
            .Takes(Id, Version, File, App, Module, Instance, Privileges, Parameters, Tar, Libraries, Data, Upgrade).TalksToServer().Does(terminal, VersionAsync),
        new Verb("approve", "Approve a version: cards get it from then on", "tsm service approve canteen 1.0")
            .Takes(Id, Version).TalksToServer().Does(terminal, ApproveAsync),
        new Verb("reject", "Reject a version, or take its approval back", "tsm service reject canteen 1.0 --reason \"too large for uicc-small\"")
            .Takes(Id, Version, Reason).TalksToServer().Does(terminal, RejectAsync),
        new Verb("withdraw", "Withdraw a service: nothing new goes to cards", "tsm service withdraw canteen")
            .Takes(Id).TalksToServer().Does(terminal, WithdrawAsync),
        new Verb("matrix", "Show which versions can go to which card models, and why not to the others", "tsm service matrix canteen")
            .Takes(Id, Only).TalksToServer().Does(terminal, MatrixAsync),
        new Verb("table", "Show the private table as cards hold it, or compare a card's", "tsm service table", "tsm service table --card DF7000")
            .Takes(Card).TalksToServer().Does(terminal, TableAsync),
        new Verb("instances", "List services on cards with their states, newest first",
            "tsm service instances --service canteen --state suspended", "tsm service instances --card 491700000001 --json")
            .Takes(OfService, OnCard, State, OfProvider, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, InstancesAsync));

    private static async Task<int> CreateAsync(Invocation run) =>
        Told(run, await run.Api.CreateServiceAsync(Order(run) with { Id = run.Get(Id), Provider = run.Get(Provider) }, run.Cancellation), "offered");

    private static async Task<int> AmendAsync(Invocation run) =>
        Told(run, await run.Api.AmendServiceAsync(run.Get(Id), Order(run), run.Cancellation), "amended");

    private static ServiceOrder Order(Invocation run) => new()
    {
        Name = run.Get(Name),
        Aid = run.Get(Aid),
        Code = run.Get(Code),
        ApplicationServer = run.Get(Server),
        OnCardSwap = run.Get(Swap),
    };

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<Service>> answer = await run.Api.ServicesAsync(run.Get(Provider), run.Cancellation);
        return run.Result(answer.Json, console => ServiceText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<Service> answer = await run.Api.ServiceAsync(run.Get(Id), run.Cancellation);
        return run.Result(answer.Json, console => ServiceText.Show(console, answer.Value));
    }

    private static async Task<int> VersionAsync(Invocation run)
    {
        string version = run.Get(File) is { } file
            ? Named(Encoding.UTF8.GetString(await run.ReadFileAsync(file)), run.Get(Version), file)
            : JsonSerializer.Serialize(
                new()
                {
                    Version = run.Get(Version),
                    Application = run.Get(App),
                    Module = run.Get(Module),
                    Instance = run.Get(Instance),
                    Privileges = run.Get(Privileges),
                    Parameters = run.Get(Parameters),
                    Tar = run.Get(Tar),
                    Libraries = run.Get(Libraries) is { Length: > 0 } libraries ? libraries : null,
                    Personalisation = run.Get(Data) is { Length: > 0 } data ? [.. data.Select(Group)] : null,
                    Upgrade = run.Get(Upgrade),
                },
                TsmJson.Default.ServiceVersionOrder);
        Answer<Service> answer = await run.Api.AddServiceVersionAsync(run.Get(Id), version, run.Cancellation);
        return Told(run, answer, answer.Status == 200 ? "the same version is already there" : "uploaded; the carrier has to approve it");
    }

    private static async Task<int> ApproveAsync(Invocation run) =>
        Told(run, await run.Api.ApproveServiceVersionAsync(run.Get(Id), run.Get(Version), run.Cancellation), "approved");

    private static async Task<int> RejectAsync(Invocation run) =>
        Told(run, await run.Api.RejectServiceVersionAsync(run.Get(Id), run.Get(Version), run.Get(Reason), run.Cancellation), "rejected");

    private static async Task<int> WithdrawAsync(Invocation run) =>
        Told(run, await run.Api.WithdrawServiceAsync(run.Get(Id), run.Cancellation), "withdrawn");

    private static async Task<int> MatrixAsync(Invocation run)
    {
        Answer<ServiceMatrix> answer = await run.Api.ServiceMatrixAsync(run.Get(Id), run.Get(Only), run.Cancellation);
        return run.Result(answer.Json, console => ServiceText.Matrix(console, answer.Value));
    }

    private static async Task<int> TableAsync(Invocation run)
    {
        if (run.Get(Card) is { } card)
        {
            Answer<TableComparison> compared = await run.Api.CompareServiceTableAsync(card, run.Cancellation);
            run.Result(compared.Json, console => ServiceText.Comparison(console, compared.Value));
            return compared.Value.Agrees ? ExitCode.Done : ExitCode.Refused;
        }

        Answer<ServiceTable> answer = await run.Api.ServiceTableAsync(run.Cancellation);
        return run.Result(answer.Json, console => ServiceText.Table(console, answer.Value));
    }

    private static async Task<int> InstancesAsync(Invocation run)
    {
        Answer<Page<ServiceInstance>> answer = await run.Api.ServiceInstancesAsync(
            run.Get(OfProvider), run.Get(OfService), run.Get(OnCard), run.Get(State), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor),
            run.Cancellation);
        return run.Result(answer.Json, console => ServiceText.Instances(console, answer.Value));
    }

    private static int Told(Invocation run, Answer<Service> answer, string what) => run.Result(answer.Json, console =>
    {
        Print.Tick(console, what);
        ServiceText.Show(console, answer.Value);
    });

    private static DataGroup Group(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        return new(text[..at], text[(at + 1)..]);
    }

    /// <summary>The JSON of a file under the version that was named on the command line.</summary>
    private static string Named(string json, string version, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                writer.WriteStartObject();
                writer.WriteString("version", version);
                foreach (JsonProperty property in document.RootElement.EnumerateObject().Where(p => !p.NameEquals("version")))
                {
                    property.WriteTo(writer);
                }

                writer.WriteEndObject();
            }

            return Encoding.UTF8.GetString(stream.ToArray());
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            throw Files.NotReadable(file, new IOException($"it is no JSON object: {fault.Message}"));
        }
    }

    private static Option<string?> Text(string name, string help, string description) => new(name) { Description = description, HelpName = help };

    private static Option<string[]> Many(string name, string help, string description) => new(name)
    {
        Description = description,
        HelpName = help,
        Validators =
        {
            result =>
            {
                foreach (Token token in result.Tokens.Where(t => help.Contains('=', StringComparison.Ordinal) && !t.Value.Contains('=', StringComparison.Ordinal)))
                {
                    result.AddError($"{name} takes {help}, not '{token.Value}'.");
                }
            },
        },
    };

    private static Option<string?> OneOf(string name, string description, params string[] values)
    {
        Option<string?> option = Text(name, string.Join('|', values), description);
        option.AcceptOnlyFromAmong(values);
        return option;
    }
}
