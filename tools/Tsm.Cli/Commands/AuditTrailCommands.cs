using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;
using Tsm.Cli.Trails;
using Tsm.Security.AuditTrail;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm audit-trail</c>: who did what on the server, and the proof that it stands unchanged. Cards are asked by <c>tsm audit</c>.</summary>
internal static class AuditTrailCommands
{
    private static readonly Option<string?> Action = new("--action") { Description = "Only this action, such as job.asked", HelpName = "ACTION" };
    private static readonly Option<string?> Subject = new("--subject")
    {
        Description = "Only what was done to this card (ICCID), application (id), card model or import",
        HelpName = "NAME",
    };

    private static readonly Option<string?> From = new("--from") { Description = "Not before this time (UTC)", HelpName = "TIME" };
    private static readonly Option<string?> To = new("--to") { Description = "Before this time (UTC)", HelpName = "TIME" };
    private static readonly Option<string?> File = new("--file")
    {
        Description = "Verify this export instead, without a server; - for standard input",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "With --file: the public key (PEM) that you know; without it the file's own is taken",
        HelpName = "PEM",
    };

    private static readonly Option<string?> Head = new("--head")
    {
        Description = "A head (position:hash) that you kept: the trail must still contain it",
        HelpName = "HEAD",
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token] && !AuditAnchor.TryParse(token.Value, out _))
                {
                    result.AddError("--head takes position:hash, as verify shows it.");
                }
            },
        },
    };

    private static readonly Argument<string> Target = new("file") { Description = "Where to write; - for standard output" };

    public static Verb Build(Terminal terminal) => new Verb(
        "audit-trail", "Who did what on this server: list, verify, export (what is on cards: tsm audit)").With(
        new Verb("list", "List what operators, providers and policies did, newest first",
            "tsm audit-trail list --subject 8988211000000000017", "tsm audit-trail list --action cards.imported --from 2026-01-01 --json")
            .Takes(Action, Subject, From, To, CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ListAsync),
        new Verb("verify", "Verify chain and signatures; the exit code is 1 when something was changed",
            "tsm audit-trail verify", "tsm audit-trail verify --file trail.jsonl --key trail.pem --head 57:0F3A...")
            .Takes(File, Key, Head).TalksToServer().Does(terminal, VerifyAsync),
        new Verb("export", "Write all that is sealed as JSON lines, to be verified anywhere", "tsm audit-trail export trail.jsonl")
            .Takes(Target).TalksToServer().Does(terminal, ExportAsync),
        new Verb("key", "Show the public key of the trail; keep it outside of the server", "tsm audit-trail key --json")
            .TalksToServer().Does(terminal, KeyAsync));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<TrailEntry>> answer = await run.Api.AuditTrailAsync(
            run.Get(Action), run.Get(Subject), run.Get(From), run.Get(To), run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => TrailText.List(console, answer.Value));
    }

    private static async Task<int> VerifyAsync(Invocation run)
    {
        if (run.Get(File) is { } path)
        {
            return await VerifyFileAsync(run, path);
        }

        if (run.Get(Key) is not null)
        {
            throw KeyWithoutFile();
        }

        Answer<TrailVerification> answer = await run.Api.VerifyAuditTrailAsync(run.Get(Head), run.Cancellation);
        run.Result(answer.Json, console => TrailText.Verification(console, answer.Value));
        return Code(answer.Value);
    }

    private static async Task<int> VerifyFileAsync(Invocation run, string path)
    {
        AuditPublicKey? key = run.Get(Key) is { } pem ? await ReadKeyAsync(run, pem) : null;
        AuditAnchor? known = AuditAnchor.TryParse(run.Get(Head), out AuditAnchor? kept) ? kept : null;
        TrailVerification found;
        if (path is "-")
        {
            found = await ExportedTrail.VerifyAsync(run.Terminal.Input, "standard input", key, known, run.Cancellation);
        }
        else
        {
            using StreamReader lines = Files.OpenText(path);
            found = await ExportedTrail.VerifyAsync(lines, path, key, known, run.Cancellation);
        }

        if (run.Json)
        {
            run.Terminal.WriteJson(TsmJson.Text(found, TsmJson.Default.TrailVerification));
        }
        else
        {
            TrailText.Verification(run.Terminal.Screen, found);
        }

        return Code(found);
    }

    private static async Task<int> ExportAsync(Invocation run)
    {
        string target = run.Get(Target);
        if (target is "-")
        {
            await run.Api.ExportAuditTrailAsync((line, _) => run.Terminal.Output.WriteLineAsync(line), run.Cancellation);
            return ExitCode.Done;
        }

        long lines = 0;
        await using (StreamWriter file = Files.CreateText(target))
        {
            await run.Api.ExportAuditTrailAsync(
                async (line, _) =>
                {
                    await file.WriteAsync(line);
                    await file.WriteAsync('\n');
                    lines++;
                },
                run.Cancellation);
        }

        if (run.Json)
        {
            run.Terminal.WriteJson(TsmJson.Text(new TrailExport(target, lines), TsmJson.Default.TrailExport));
        }
        else
        {
            Print.Tick(run.Terminal.Screen, $"{Print.Count(lines, "line")} written to {target}; verify with `tsm audit-trail verify --file {target}`");
        }

        return ExitCode.Done;
    }

    private static async Task<int> KeyAsync(Invocation run)
    {
        Answer<TrailKey> answer = await run.Api.AuditTrailKeyAsync(run.Cancellation);
        return run.Result(answer.Json, console => TrailText.Key(console, answer.Value));
    }

    private static int Code(TrailVerification found) => found.Status is "intact" ? ExitCode.Done : ExitCode.Refused;

    private static async Task<AuditPublicKey> ReadKeyAsync(Invocation run, string path)
    {
        string pem = System.Text.Encoding.UTF8.GetString(await run.ReadFileAsync(path));
        return AuditPublicKey.TryReadPem(pem, out AuditPublicKey? key) ? key : throw new ProblemException(
            new()
            {
                Title = "The file holds no public key",
                Detail = $"{path} holds no public key of P-256 in PEM.",
                Layer = "cli",
                Code = "NOT_A_KEY",
                Cause = "It is another file, or a key of another kind.",
                Next = "Take what `tsm audit-trail key` shows, from BEGIN to END.",
            },
            ExitCode.Usage);
    }

    private static ProblemException KeyWithoutFile() => new(
        new()
        {
            Title = "--key belongs to --file",
            Detail = "A server verifies with the key in its own vault.",
            Layer = "cli",
            Code = "WRONG_USAGE",
            Next = "Export the trail, then verify the file with --file and --key.",
        },
        ExitCode.Usage);
}
