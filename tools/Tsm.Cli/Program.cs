using System.CommandLine;
using Tsm.Cli.Commands;
using Tsm.Cli.Rendering;

namespace Tsm.Cli;

/// <summary>The command line <c>tsm</c>.</summary>
internal static class Program
{
    /// <summary>Runs one command.</summary>
    /// <returns>The exit code, see <see cref="ExitCode"/>.</returns>
    public static async Task<int> Main(string[] args)
    {
        using var interrupts = new Interrupts();
        return await CommandLine.RunAsync(args, Terminal.System(), interrupts);
    }

    /// <summary>What tsm can do, in the order of its help.</summary>
    public static RootCommand Build(Terminal terminal) => HelpText.Root(
    [
        DemoCommand.Build(terminal),
        ServerCommand.Build(terminal),
        CardCommands.Build(terminal),
        ModelCommands.Build(terminal),
        AppCommands.Build(terminal),
        ServiceCommands.Build(terminal),
        RequestCommands.Build(terminal),
        LossCommands.Build(terminal),
        AppServerCommands.Build(terminal),
        .. LifecycleCommands.Build(terminal),
        AuditCommand.Build(terminal),
        JobCommands.Build(terminal),
        SmscCommands.Build(terminal),
        AuditTrailCommands.Build(terminal),
        CapCommand.Build(terminal),
        PacketCommands.Build(terminal),
        .. ExplainCommands.Build(terminal),
        ProviderCommands.Build(terminal),
        ContractCommands.Build(terminal),
        TokenCommands.Build(terminal),
        EventCommands.Build(terminal),
        WebhookCommands.Build(terminal),
        .. PolicyCommands.Build(terminal),
        .. SubscriptionCommands.Build(terminal),
    ]);
}
