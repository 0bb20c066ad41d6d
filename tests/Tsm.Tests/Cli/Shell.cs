using Tsm.Cli;
using Tsm.Cli.Rendering;

namespace Tsm.Tests.Cli;

/// <summary>A shell that is none: runs a command line and keeps what it writes.</summary>
internal sealed class Shell : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private readonly Dictionary<string, string> _environment = new(StringComparer.Ordinal);

    public Shell(FakeServer? server = null)
    {
        if (server is not null)
        {
            _environment["TSM_URL"] = server.Url;
            _environment["TSM_TOKEN"] = FakeServer.Token;
        }
    }

    public string Output => _output.ToString();

    public string Error => _error.ToString();

    public string Input { get; init; } = "";

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    public Task<int> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    public Task<int> RunAsync(CancellationToken cancellation, params string[] arguments) => CommandLine.RunAsync(
        arguments,
        Terminal.Redirected(_output, _error, new StringReader(Input), name => _environment.GetValueOrDefault(name)),
        cancellation);
}
