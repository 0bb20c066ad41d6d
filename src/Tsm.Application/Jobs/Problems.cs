using System.Collections.Immutable;
using System.Globalization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Scp80;

namespace Tsm.Application.Jobs;

/// <summary>The refusals and failures of jobs, each with cause and next step, in one place.</summary>
public static class Problems
{
    /// <summary>What a security status of TS 102 225 table 5 means for a job.</summary>
    public static Problem FromStatus(ResponseStatus status, string iccid, Grade grade) => new(
        "scp80",
        status.Code.ToString("X2", CultureInfo.InvariantCulture),
        status.Name,
        status.Meaning,
        status.Cause,
        status.NextStep,
        [grade == Grade.Proven
            ? $"A PoR of card {iccid} with a valid cryptographic checksum says so."
            : $"A PoR of card {iccid} without a valid cryptographic checksum says so: a hint, not a proof. Nothing was changed in the books."]);

    /// <summary>Whether a job ended because the card's security layer refused, or because a counter can go no further.</summary>
    public static bool IsSecurityRefusal(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem.Layer == "scp80" && problem.Code is "01" or "02" or "03" or "04" or "05" or "06" or "0A" or "COUNTER_EXHAUSTED";
    }

    /// <summary>What a status word means in the answer to the command that got it.</summary>
    public static Problem FromStatusWord(Purpose purpose, string command, StatusWord status)
    {
        StatusExplanation explanation = status.Explain(InstructionOf(purpose));
        return new(
            "globalplatform",
            status.ToString(),
            explanation.Name,
            explanation.Meaning,
            explanation.Cause,
            explanation.NextStep,
            [$"{command} was answered {status} in a PoR with a valid cryptographic checksum."]);
    }

    /// <summary>Silence.</summary>
    public static Problem NoAnswer(string iccid, int sends) => new(
        "bearer",
        "NO_ANSWER",
        "No answer from the card",
        $"Card {iccid} did not answer; the packet was sent {Times(sends)}.",
        "The card is off or out of reach for longer than the road waits, the network drops the messages, or the card stays silent because key, TAR or counter do not fit.",
        "See in the history where it stopped. When the card is reachable again, ask anew: it is audited before anything is repeated.",
        []);

    /// <summary>The SMSC said no without a reason that we know.</summary>
    public static Problem SubmitRefused() => new(
        "smpp", "SUBMIT_REFUSED", "Refused by the SMSC", "The SMSC does not take the message.", "Account, address or message are not to its liking.", "Look at the SMSC's account settings.", []);

    /// <summary>Somebody has called the job off.</summary>
    public static Problem CalledOff() => new(
        "lifecycle", "CALLED_OFF", "Called off", "The job was called off while it ran.", "Somebody asked for it.", "Nothing needs to be done.", []);

    /// <summary>The road of a card is not configured.</summary>
    public static Problem NoRoad(string road) => new(
        "bearer",
        "NO_ROAD",
        "No SMSC",
        road.Length == 0 ? "No SMSC is configured." : $"SMSC '{road}' is not configured.",
        "The server was started without an SMSC account.",
        "Start the server with --smsc name=..;host=..;port=..;systemId=..;password=..;source=.. or configure section Smsc.",
        []);

    /// <summary>The card has no key set that serves.</summary>
    public static Problem NoKeys(string iccid) => new(
        "scp80", "NO_KEYS", "No key set", $"Card {iccid} has no key set for its security domain.", "It was imported without keys, or its card model names another TAR.", "Import its keys.", []);

    /// <summary>Too many jobs wait.</summary>
    public static Problem QueueFull(string iccid, int limit) => new(
        "capacity",
        "QUEUE_FULL",
        "The card's queue is full",
        $"{limit} jobs wait at card {iccid} already.",
        "The card has not been reachable for a while, or jobs are asked for faster than a card can carry them out.",
        "Wait for them, or cancel some.",
        []);

    /// <summary>The catalogue has no such application.</summary>
    public static Problem UnknownApplication(string? application) => new(
        "api",
        "APPLICATION_UNKNOWN",
        "Unknown application",
        application is null ? "No application was named." : $"The catalogue has no application '{application}'.",
        "It was not uploaded, or its id is misspelt.",
        "List the applications, or upload the CAP first.",
        []);

    /// <summary>A load file has several applets and none was named.</summary>
    public static Problem ModuleAmbiguous(CatalogueApplication application) => new(
        "api",
        "APPLET_AMBIGUOUS",
        "Which applet?",
        $"{application.Name} has {application.Applets.Length} applets.",
        "An installation makes an instance of one of them.",
        $"Name one: {string.Join(", ", application.Applets)}.",
        []);

    /// <summary>A load file has no such applet.</summary>
    public static Problem UnknownModule(CatalogueApplication application, Aid module) => new(
        "api",
        "APPLET_UNKNOWN",
        "Unknown applet",
        $"{application.Name} has no applet {module}.",
        "The AID belongs to another load file, or is misspelt.",
        $"Name one of {string.Join(", ", application.Applets)}.",
        []);

    /// <summary>Several instances came from the application and none was named.</summary>
    public static Problem InstanceAmbiguous(CatalogueApplication application, ImmutableArray<Aid> instances) => new(
        "api",
        "INSTANCE_AMBIGUOUS",
        "Which instance?",
        $"The card has {instances.Length} instances of {application.Name}.",
        "Each has a life cycle of its own.",
        $"Name one: {string.Join(", ", instances)}.",
        []);

    /// <summary>A library was asked to do what only instances do.</summary>
    public static Problem LibraryHasNoLifeCycle(CatalogueApplication application, Operation operation) => new(
        "lifecycle",
        "LIFECYCLE_ILLEGAL",
        "Illegal step of the life cycle",
        $"{application.Name} is a library: {operation} does not apply to it.",
        "A library has no instance; it is loaded and deleted.",
        "Choose an application that has an applet.",
        []);

    /// <summary>Imports that the card lacks.</summary>
    public static Problem MissingImports(CatalogueApplication application, CardModel model, ImmutableArray<PackageReference> missing) => new(
        "cap",
        "IMPORT_MISSING",
        "The card lacks a package",
        $"{application.Name} needs {string.Join(", ", missing.Select(Describe))}; neither card model {model.Name} nor what is on the card provides it.",
        "A library has not been loaded yet, or the card is too old for the application.",
        "Load the library first (install it on this card), or choose a card model that has it.",
        [.. missing.Select(m => m.ToString())]);

    /// <summary>Not enough memory by our books.</summary>
    public static Problem TooBig(CatalogueApplication application, CardModel model, int free) => new(
        "capacity",
        "APPLICATION_TOO_BIG",
        "Application too big for the card",
        $"{application.Name} takes about {application.Memory} octets; {Math.Max(0, free)} of the {model.Memory} of card model {model.Name} are free by our books.",
        "Other applications fill the card, or the card model is too small.",
        "Terminate what is not needed, or audit the card if you think that the books are wrong.",
        []);

    /// <summary>More LOAD commands than can be numbered.</summary>
    public static Problem TooManyBlocks(CatalogueApplication application, CardModel model) => new(
        "capacity",
        "LOAD_FILE_TOO_LONG",
        "Load file too long",
        $"{application.Name} does not fit into {Tsm.Card.GlobalPlatform.LoadCommand.MaxBlocks} LOAD commands of card model {model.Name}.",
        "The block number of LOAD is one octet, and the card model's blocks or packets are small.",
        "Raise MaxLoadBlock or MaxSegments of the card model if the card takes more.",
        []);

    /// <summary>A command with more data than a C-APDU carries.</summary>
    public static Problem CommandTooLong(string command, Excess excess) => new(
        "capacity",
        "COMMAND_TOO_LONG",
        "Command too long",
        $"{command} has {excess.Length} octets of data; a command carries {excess.Most}.",
        "AIDs, install parameters and the token of delegated management stand in one command.",
        "Shorten the parameters or the AIDs, or bring the rest by personalisation.",
        []);

    /// <summary>Commands that belong together and do not fit one packet.</summary>
    public static Problem ScriptTooLong(string command, Excess excess, CardModel model) => new(
        "capacity",
        "SCRIPT_TOO_LONG",
        "Script too long for one packet",
        $"{command} and what belongs to it take {excess.Length} octets; a packet of card model {model.Name} has room for {excess.Most}.",
        "The card model's packets are small, or were made smaller while the job waited.",
        "Raise maxSegments of the card model if the card takes more; shorten parameters, AIDs or data otherwise.",
        []);

    /// <summary>The counter has come to its end.</summary>
    public static Problem CounterExhausted(CounterDomain domain) => new(
        "scp80",
        "COUNTER_EXHAUSTED",
        "Counter used up",
        $"The counter of TAR {domain.Tar}, key version {domain.KeyVersion}, has reached its end.",
        "The highest value would block the card for ever, so it is not sent.",
        "Use another key set, or change the card.",
        []);

    /// <summary>GET STATUS brought something that is no list.</summary>
    public static Problem UnreadableList(PacketError error, Octets data) => new(
        "globalplatform",
        "LIST_UNREADABLE",
        "Unreadable answer to GET STATUS",
        $"The list cannot be read: {error}.",
        "The card answers in another format than the card model expects.",
        "Try the card model with statusTagList set to false, and send us the octets.",
        [data.ToString()]);

    /// <summary>The content of a proven answer is not what a remote management application answers.</summary>
    public static Problem NoResponse(ScriptFormat format, PacketError error, Octets data)
    {
        (string asked, string other) = format == ScriptFormat.Expanded ? ("expanded", "compact") : ("compact", "expanded");
        return new(
            "globalplatform",
            "RESPONSE_UNREADABLE",
            "Unreadable response",
            $"The proven answer is no {asked} response: {error}.",
            $"The TAR of the card model leads to something else than the issuer security domain, or the card answers in the {other} format.",
            "Check ramTar and scriptFormat of the card model against the card's documentation.",
            [data.ToString()]);
    }

    /// <summary>The card found a script malformed and stopped there.</summary>
    /// <param name="fault">What it found.</param>
    /// <param name="command">The command that it did not take.</param>
    /// <param name="data">The answer.</param>
    public static Problem ScriptRefused(ScriptFault fault, string command, Octets data) => new(
        "globalplatform",
        $"SCRIPT_{fault.Tag:X2}{fault.Code}",
        "The card does not take the script",
        $"{fault.Meaning} It stopped before {command}.",
        "The card does not know the expanded format at this TAR, or not all of it.",
        "Check ramTar and scriptFormat of the card model against the card's documentation, and send us the octets if both are right.",
        [data.ToString()]);

    /// <summary>An answer that says nothing of some commands, the second time.</summary>
    public static Problem AnswerIncomplete(int answered, int commands, Octets data) => new(
        "globalplatform",
        "ANSWER_INCOMPLETE",
        "The card answers for part of the script",
        $"{answered} of {commands} commands were answered, without a failure. Whether the others were executed is unknown.",
        "The answer does not fit what the card has room for, or the card answers in another way than the standard has it.",
        "Lower maxCommands of the card model, and send us the octets. The card is audited before the next job.",
        [data.ToString()]);

    /// <summary>More objects than a card's state holds.</summary>
    public static Problem TooManyObjects(int found, int limit) => new(
        "capacity",
        "OBJECTS_TOO_MANY",
        "Too many objects on the card",
        $"The card lists at least {found} objects; {limit} are remembered at most.",
        "The card has many preloaded packages.",
        "Ask for a higher limit.",
        []);

    private static string Describe(PackageReference package) =>
        $"{Tsm.Card.CapFiles.KnownPackages.Name(package.Aid) ?? package.Aid.ToString()} {package.Major}.{package.Minor}";

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";

    private static byte InstructionOf(Purpose purpose) => purpose switch
    {
        Purpose.InstallForLoad or Purpose.InstallForInstall or Purpose.InstallAndMakeSelectable or Purpose.MakeSelectable => Instruction.Install,
        Purpose.Load or Purpose.LoadLast => Instruction.Load,
        Purpose.Lock or Purpose.Unlock => Instruction.SetStatus,
        Purpose.DeleteInstance or Purpose.DeleteLoadFile or Purpose.DeleteLeftover or Purpose.DeleteDomain or Purpose.RetireDomainKeys => Instruction.Delete,
        Purpose.CreateDomain or Purpose.ForPersonalization or Purpose.Extradite => Instruction.Install,
        Purpose.PutTokenKey or Purpose.PutReceiptKey or Purpose.PutDomainKeys => Instruction.PutKey,
        Purpose.StoreData or Purpose.StoreDataLast => Instruction.StoreData,
        Purpose.ListDomainKeys or Purpose.ProveDomainKeys or Purpose.ListDelegationKeys or Purpose.Bar or Purpose.ReadTable => Instruction.GetData,
        _ => Instruction.GetStatus,
    };
}
