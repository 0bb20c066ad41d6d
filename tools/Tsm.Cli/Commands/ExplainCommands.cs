using System.CommandLine;
using System.Globalization;
using Tsm.Card.Apdu;
using Tsm.Cli.Api;
using Tsm.Cli.Explaining;
using Tsm.Cli.Rendering;
using Tsm.Explain;
using Tsm.Security.Scp80;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm explain</c>, <c>tsm sw</c> and <c>tsm por</c>: what octets mean, without a server.</summary>
internal static class ExplainCommands
{
    private static readonly Argument<string[]> Octets = new("octets")
    {
        Description = "Octets in hexadecimal, the name of a file (octets, or a dump of them), or - for standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<string?> Keys = new("--keys") { Description = "File of keys to try, one JSON object a line: name, kic, kid, algorithm", HelpName = "FILE" };

    private static readonly Option<string?> Card = new("--card", "-c") { Description = "ICCID or MSISDN of a card on a server, which tries its key sets", HelpName = "CARD" };

    private static readonly Option<string?> Asked = new("--asked") { Description = "SPI2, KIc and KID of the command that a response answers, e.g. 391212", HelpName = "HEX" };

    private static readonly Option<string?> After = new("--after") { Description = "The command that was answered, e.g. LOAD or 'PUT KEY'", HelpName = "COMMAND" };

    private static readonly Argument<string> Status = new("status") { Description = "Status word, e.g. 6985" };

    private static readonly Argument<string> Por = new("status") { Description = "Response status code, e.g. 06" };

    public static IEnumerable<Verb> Build(Terminal terminal) =>
    [
        new Verb("explain", "Say what octets are and what they mean: PDUs, messages, packets, scripts, APDUs, TLVs, CAP files",
                "tsm explain 027100000b0ab0001000000000000006", "tsm explain --keys keys.jsonl packet.txt", "tsm explain --card 8988211000000000017 packet.bin", "xxd answer.bin | tsm explain -")
            .Takes(Octets, Keys, Card, Asked, After).TalksToServer().Does(terminal, ExplainAsync),
        new Verb("sw", "Say what a status word means to a command", "tsm sw 6985 --after LOAD", "tsm sw 6982 --after 'PUT KEY'")
            .Takes(Status, After, CommonOptions.Json).Does(terminal, StatusWordAsync),
        new Verb("por", "Say what a response status code (PoR) means", "tsm por 06")
            .Takes(Por, CommonOptions.Json).Does(terminal, PorAsync),
    ];

    private static async Task<int> ExplainAsync(Invocation run)
    {
        byte[] octets = await ReadAsync(run, run.Get(Octets));
        using KeyFile? keys = run.Get(Keys) is { } path ? KeyFile.Read(System.Text.Encoding.UTF8.GetString(await run.ReadFileAsync(path))) : null;
        if (octets.Length > Explainer.MaxLength)
        {
            throw Usage($"These are {Print.Count(octets.Length)} octets; up to {Print.Count(Explainer.MaxLength)} can be explained.", "Give a part of them.");
        }

        if (run.Get(Card) is { } card)
        {
            byte? ins = run.Get(After) is { } command ? InstructionOf(command) : null;
            Answer<ExplanationReport> answer = await run.Api.ExplainAsync(
                new(Convert.ToHexString(octets), card, run.Get(Asked), ins?.ToString("X2", CultureInfo.InvariantCulture)), run.Cancellation);
            return run.Result(answer.Json, console => ExplanationText.Show(console, answer.Value));
        }

        return Show(run, Explainer.Explain(Tsm.Card.Encoding.Octets.Own(octets), new()
        {
            Keys = keys?.Keys ?? [],
            Asked = run.Get(Asked) is { } asked ? ReadAsked(asked) : null,
            After = run.Get(After) is { } after ? InstructionOf(after) : null,
        }));
    }

    private static Task<int> StatusWordAsync(Invocation run)
    {
        byte[] octets = HexText.Parse(run.Get(Status));
        return octets.Length == StatusWord.Size
            ? Task.FromResult(ShowVerdict(run, octets, run.Get(After) is { } after ? InstructionOf(after) : null))
            : throw Usage($"A status word has 2 octets, these are {octets.Length}.", "Give four hexadecimal digits, e.g. 6985.");
    }

    private static Task<int> PorAsync(Invocation run)
    {
        byte[] octets = HexText.Parse(run.Get(Por));
        return octets.Length == 1
            ? Task.FromResult(ShowVerdict(run, octets, null))
            : throw Usage($"A response status code has 1 octet, these are {octets.Length}.", "Give two hexadecimal digits, e.g. 06.");
    }

    private static int ShowVerdict(Invocation run, byte[] octets, byte? after)
    {
        ExplanationReport report = ExplanationReport.Of(Explainer.Explain(Tsm.Card.Encoding.Octets.Own(octets), new() { After = after }));
        if (run.Json)
        {
            run.Terminal.WriteJson(TsmJson.Text(report.Verdict, TsmJson.Default.VerdictReport));
        }
        else
        {
            ExplanationText.Show(run.Terminal.Screen, report.Verdict);
        }

        return ExitCode.Done;
    }

    private static int Show(Invocation run, Explanation explanation)
    {
        ExplanationReport report = ExplanationReport.Of(explanation);
        if (run.Json)
        {
            run.Terminal.WriteJson(TsmJson.Text(report, TsmJson.Default.ExplanationReport));
        }
        else
        {
            ExplanationText.Show(run.Terminal.Screen, report);
        }

        return explanation.Kind == "unknown" ? ExitCode.Refused : ExitCode.Done;
    }

    /// <summary>What was given: a file, standard input, or octets themselves, which a shell may have cut at spaces.</summary>
    private static async Task<byte[]> ReadAsync(Invocation run, string[] words)
    {
        if (words is ["-"])
        {
            using var held = new MemoryStream();
            await run.Terminal.InputStream.CopyToAsync(held, run.Cancellation);
            return HexText.FromFile(held.ToArray());
        }

        bool isFile = words.Length == 1 && (File.Exists(words[0]) || words[0].Contains('/', StringComparison.Ordinal));
        return isFile ? HexText.FromFile(await run.ReadFileAsync(words[0])) : HexText.Parse(string.Join(' ', words));
    }

    private static CommandHeader ReadAsked(string text)
    {
        byte[] octets = HexText.Parse(text);
        if (octets.Length != 3 || !Spi.TryParse([0, octets[0]], out Spi spi, out _))
        {
            throw Usage("--asked takes three octets: SPI2, KIc and KID of the command.", "For example --asked 391212.");
        }

        _ = Kic.TryParse([octets[1]], out Kic kic, out _);
        _ = Kid.TryParse([octets[2]], out Kid kid, out _);
        return new(spi, kic, kid, default, Counter.Zero);
    }

    private static byte InstructionOf(string text)
    {
        string wanted = Plain(text);
        for (int ins = 0; ins <= byte.MaxValue; ins++)
        {
            if (Plain(Instruction.Name((byte)ins)) == wanted || ins.ToString("X2", CultureInfo.InvariantCulture) == wanted)
            {
                return (byte)ins;
            }
        }

        throw Usage($"'{text}' is no command that is known here.", "Give its name, e.g. LOAD, INSTALL or 'PUT KEY', or INS in hexadecimal.");
    }

    private static string Plain(string name) => name.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();

    private static ProblemException Usage(string detail, string next) => new(
        new() { Title = "This cannot be explained", Detail = detail, Layer = "cli", Code = "WRONG_USAGE", Next = next }, ExitCode.Usage);
}
