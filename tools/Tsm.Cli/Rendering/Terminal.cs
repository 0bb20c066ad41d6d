using System.Text;
using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Where a command reads and writes, so that a test can stand in for the shell.</summary>
internal sealed class Terminal
{
    /// <summary>What goes into a file or a pipe is not wrapped: a line stays a line for grep.</summary>
    private const int RedirectedWidth = 4000;

    private readonly bool _outputIsText;

    private Terminal(TextWriter output, TextWriter error, TextReader input, bool outputIsScreen, bool errorIsScreen,
        Func<string, string?> environment, bool outputIsText = false)
    {
        _outputIsText = outputIsText;
        Output = output;
        Error = error;
        Input = input;
        Environment = environment;
        bool plain = !string.IsNullOrEmpty(environment("NO_COLOR")) || environment("TERM") is "dumb";
        Interactive = outputIsScreen && !plain;
        Screen = Console(output, Interactive, outputIsScreen);
        ErrorScreen = Console(error, errorIsScreen && !plain, errorIsScreen);
    }

    /// <summary>Standard output, for JSON.</summary>
    public TextWriter Output { get; }

    /// <summary>Standard error, for help that answers wrong usage.</summary>
    public TextWriter Error { get; }

    public TextReader Input { get; }

    /// <summary>Standard input as octets; not beside <see cref="Input"/>.</summary>
    public Stream InputStream => _outputIsText ? new MemoryStream(Encoding.UTF8.GetBytes(Input.ReadToEnd())) : global::System.Console.OpenStandardInput();

    /// <summary>Standard output as octets; not beside <see cref="Output"/>.</summary>
    public Stream OutputStream => _outputIsText ? new TextStream(Output) : global::System.Console.OpenStandardOutput();

    /// <summary>Standard output, for people.</summary>
    public IAnsiConsole Screen { get; }

    /// <summary>Standard error, for people.</summary>
    public IAnsiConsole ErrorScreen { get; }

    /// <summary>Whether something that moves can be shown: not when redirected, and not with NO_COLOR.</summary>
    public bool Interactive { get; }

    /// <summary>Reads an environment variable.</summary>
    public Func<string, string?> Environment { get; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>How often the server is asked how jobs are getting on.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The terminal of this process.</summary>
    public static Terminal System() => new(
        global::System.Console.Out, global::System.Console.Error, global::System.Console.In,
        !global::System.Console.IsOutputRedirected, !global::System.Console.IsErrorRedirected,
        global::System.Environment.GetEnvironmentVariable);

    /// <summary>A terminal that is none: what is written is kept, nothing moves.</summary>
    public static Terminal Redirected(TextWriter output, TextWriter error, TextReader input, Func<string, string?> environment) =>
        new(output, error, input, false, false, environment, outputIsText: true) { PollInterval = TimeSpan.FromMilliseconds(5) };

    /// <summary>Writes a result for programs.</summary>
    public void WriteJson(string json) => Output.WriteLine(json);

    /// <summary>Writes a problem: for people on standard error, for programs as JSON on standard output.</summary>
    public void Write(Problem problem, bool json)
    {
        if (json)
        {
            WriteJson(TsmJson.Text(problem, TsmJson.Default.Problem));
        }
        else
        {
            ProblemText.Write(ErrorScreen, problem);
        }
    }

    private static IAnsiConsole Console(TextWriter writer, bool ansi, bool screen)
    {
        IAnsiConsole console = AnsiConsole.Create(new()
        {
            Ansi = ansi ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = ansi ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = ansi ? InteractionSupport.Detect : InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Capabilities.Unicode = true;
        if (!screen)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
