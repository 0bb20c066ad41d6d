using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Tsm.Bearers.Smpp;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Bearers.Smpp;

/// <summary>A client with short pauses, bound to a scripted SMSC, and what it logged.</summary>
internal sealed class SmppClientHarness : IAsyncDisposable
{
    public const string Password = "pa55word";

    public static readonly CancellationToken None = CancellationToken.None;

    private readonly ILoggerFactory _loggers;

    public SmppClientHarness(
        Action<SmppClientOptions>? configure = null,
        Func<DeliverSm, CancellationToken, ValueTask<CommandStatus>>? onDeliver = null,
        TimeProvider? time = null,
        int? port = null)
    {
        Options = new()
        {
            Host = "127.0.0.1",
            Port = port ?? Smsc.Port,
            SystemId = "tsm",
            Password = Password,
            SourceAddress = "8080",
            EnquireLinkInterval = Timeout.InfiniteTimeSpan,
            ReconnectBackoff = TimeSpan.FromMilliseconds(10),
        };
        if (time is not null)
        {
            // A test moves its clock while the machine works, and one step must not end what has only just begun.
            (Options.ConnectTimeout, Options.ResponseTimeout) = (TimeSpan.FromDays(1), TimeSpan.FromDays(1));
        }

        configure?.Invoke(Options);
        _loggers = LoggerFactory.Create(b => b.SetMinimumLevel(LogLevel.Trace).AddProvider(new ListLoggerProvider(Log)));
        Client = new(
            Options,
            onDeliver ?? ((_, _) => ValueTask.FromResult(CommandStatus.Ok)),
            time ?? TimeProvider.System,
            _loggers.CreateLogger<SmppClient>());
        Client.StateChanged += (_, e) => States.Enqueue(e.State);
    }

    public ScriptedSmsc Smsc { get; } = new();

    public SmppClientOptions Options { get; }

    public SmppClient Client { get; }

    public ConcurrentQueue<SmppClientState> States { get; } = new();

    public ConcurrentQueue<string> Log { get; } = new();

    public async Task<ScriptedConnection> BindAsync()
    {
        Client.Start();
        return await RebindAsync();
    }

    public async Task<ScriptedConnection> RebindAsync()
    {
        ScriptedConnection connection = await Smsc.AcceptBoundAsync();
        await Eventually.IsTrueAsync(() => Client.State == SmppClientState.Bound);
        return connection;
    }

    /// <summary>Submits a packet whose last octet is a number.</summary>
    public Task<SubmitResult> SubmitAsync(byte number = 0) => Client.SubmitAsync(Message(number), None);

    public SubmitSm Message(byte number) => Options.Compose("41791234567", Octets.Copy([0x02, 0x70, 0x00, number]));

    public static byte NumberOf(SmppPdu submit)
    {
        Assert.Equal(CommandId.SubmitSm, submit.Id);
        Assert.True(SubmitSm.TryParse(submit.Body.Span, out SubmitSm message, out PacketError error), $"{error}");
        return message.ShortMessage[3];
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        await Smsc.DisposeAsync();
        _loggers.Dispose();
    }

    private sealed class ListLoggerProvider(ConcurrentQueue<string> log) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            log.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
