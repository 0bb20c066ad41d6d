using System.Text.Json;
using Spectre.Console;
using Tsm.Cli.Api;
using Tsm.Cli.Caps;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Demo;

/// <summary>The demo: a server, an SMSC and cards of their own, an applet through its whole life, and the proof of every step.</summary>
internal sealed partial class DemoRun
{
    /// <summary>Up to how many cards every one is shown.</summary>
    public const int ShownAll = 6;

    private const int ShownOfMany = 3;

    private readonly Terminal _terminal;
    private readonly DemoOptions _options;
    private readonly IAnsiConsole _console;
    private readonly IReadOnlyList<DemoCard> _cards;
    private readonly HashSet<string> _shown;
    private readonly DemoReport _report;
    private readonly CancellationToken _cancellation;
    private DemoSite _site = null!;

    public DemoRun(Terminal terminal, DemoOptions options, CancellationToken cancellation)
    {
        _terminal = terminal;
        _options = options;
        _cancellation = cancellation;

        // Standard output is the program's then; people may still watch.
        _console = options.Json ? terminal.ErrorScreen : terminal.Screen;
        _cards = DemoCards.Make(options.Cards);
        _shown = [.. _cards.Take(_cards.Count <= ShownAll ? ShownAll : ShownOfMany).Append(_cards[^1]).Select(c => c.Iccid)];
        _report = new() { Cards = [.. _cards.Select(c => new ImportedCard(c.Iccid, c.Msisdn, c.Model.Name))] };
    }

    /// <summary>Shows everything.</summary>
    /// <returns>The exit code: 0 only when every step was proven on every card.</returns>
    public async Task<int> RunAsync()
    {
        long started = _terminal.Time.GetTimestamp();
        DemoPackage package = ReadPackage();
        DemoText.Opening(_console, _options, _cards);
        await using DemoSite site = await DemoSite.StartAsync(_terminal, _options, _cards, _cancellation);
        _site = site;
        await StoryAsync(package, started);
        _report.Totals = DemoTotals.Of(_report.Jobs);
        _report.Seconds = Math.Round(_terminal.Time.GetElapsedTime(started).TotalSeconds, 1);
        _report.Ok = _report.Problems.Count == 0 && _report.Steps.TrueForAll(s => s.Ok);
        DemoText.Closing(_console, _report);
        if (_options.Keep)
        {
            (_report.Url, _report.Token, _report.Folder) = (site.Server.Url, site.Server.Token, site.Folder);
        }

        if (_options.Json)
        {
            _terminal.WriteJson(TsmJson.Text(_report, TsmJson.Default.DemoReport));
        }

        if (_options.Keep)
        {
            await StayAsync();
        }

        return _report.Ok ? ExitCode.Done : ExitCode.Refused;
    }

    /// <summary>The story; the first thing that is not proven ends it.</summary>
    private async Task StoryAsync(DemoPackage package, long started)
    {
        try
        {
            Tell("start", _cards.Count, started, $"server at {_site.Server.Url} is bound to the SMSC at 127.0.0.1:{_site.Simulator.SmppPort}");
            await ImportAsync();
            IReadOnlyList<DemoPackage> libraries = await FindLibrariesAsync(package);
            var loaded = new List<App>();
            foreach (DemoPackage library in libraries)
            {
                loaded.Add(await UploadAsync(library));
            }

            App application = await UploadAsync(package);
            bool going = true;
            foreach (App library in loaded)
            {
                going = going && await OrderAsync("load", "install", library, null, _cards, "load file LOADED");
            }

            going = going && await LiveAsync(application);
            if (going)
            {
                await AuditAsync(application, loaded);
            }
        }
        catch (ProblemException fault) when (!_cancellation.IsCancellationRequested)
        {
            Fail(fault.Problem);
        }

        await AccountAsync();
    }

    /// <summary>Installs, activates, suspends, resumes and terminates; false as soon as something is not proven.</summary>
    private async Task<bool> LiveAsync(App application)
    {
        IReadOnlyList<DemoCard> last = [_cards[^1]];
        if (application.Library)
        {
            return await OrderAsync("load", "install", application, null, _cards, "load file LOADED")
                && await OrderAsync("terminate", "terminate", application, null, last, "load file gone");
        }

        (string Verb, IReadOnlyList<DemoCard> Cards, string Proven)[] steps =
        [
            ("install", _cards, "load file LOADED, instance INSTALLED"),
            ("activate", _cards, "instance SELECTABLE"),
            ("suspend", _cards, "instance LOCKED"),
            ("resume", _cards, "instance SELECTABLE again"),
            ("terminate", last, "instance gone"),
        ];
        foreach ((string verb, IReadOnlyList<DemoCard> cards, string proven) in steps)
        {
            foreach (string applet in application.Applets)
            {
                if (!await OrderAsync(verb, verb, application, applet, cards, proven))
                {
                    return false;
                }
            }
        }

        return true;
    }

    private DemoPackage ReadPackage()
    {
        if (_options.Cap is null)
        {
            byte[] sample = CapReading.Sample();
            return new("hello.cap", sample, CapReading.Read(sample, "hello.cap"));
        }

        byte[] content = CapReading.ReadFile(_options.Cap);
        return new(_options.Cap, content, CapReading.Read(content, _options.Cap));
    }

    private async Task<IReadOnlyList<DemoPackage>> FindLibrariesAsync(DemoPackage package)
    {
        if (_options.Cap is null)
        {
            return [];
        }

        IReadOnlyList<JsonElement> models = (await _site.Api.CardModelsAsync(_cancellation)).Value.Items;
        var names = _cards.Select(c => c.Model.Name).ToHashSet(StringComparer.Ordinal);
        CardPackages[] cards =
        [
            .. models.Where(m => m.TryGetProperty("name", out JsonElement name) && names.Contains(name.ToString())).Select(CardPackages.Of),
        ];
        string folder = Path.GetDirectoryName(Path.GetFullPath(_options.Cap))!;
        return LibraryLookup.Find(package, () => LibraryLookup.ReadFolder(folder, _options.Cap), import => Array.TrueForAll(cards, c => c.Serve(import)));
    }

    private async Task StayAsync()
    {
        if (!_options.Json)
        {
            DemoText.Staying(_console, _site, _report, _terminal.Environment);
        }

        await _site.WhileAliveAsync(async token =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _terminal.Time, token);
            return true;
        }, _cancellation);
    }
}
