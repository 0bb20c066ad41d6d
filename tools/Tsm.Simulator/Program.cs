using System.Net.Sockets;
using Tsm.Simulator.Hosting;

if (args is ["--help" or "-h"])
{
    Console.WriteLine(SimulatorOptions.Help);
    return 0;
}

if (!SimulatorOptions.TryParse(args, out SimulatorOptions? options, out string? problem))
{
    await Console.Error.WriteLineAsync(problem);
    return 2;
}

try
{
    await using WebApplication app = SimulatorHost.Build(options);
    await SimulatorHost.RunAsync(app, options);
    return 0;
}
catch (Exception exception) when (
    exception is FormatException or ArgumentException or IOException or UnauthorizedAccessException or SocketException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
