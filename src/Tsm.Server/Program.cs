using Microsoft.Extensions.Options;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Security.Crypto;
using Tsm.Server.Access;
using Tsm.Server.Api;
using Tsm.Server.Hosting;
using Tsm.Server.Import;
using Tsm.Server.Options;
using Tsm.Server.Recurring;
using Tsm.Storage.Migrations;
using Tsm.Storage.Vault;

namespace Tsm.Server;

/// <summary>The server: what it is made of, in order.</summary>
public static class Program
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    /// <summary>Runs the server until it is told to stop.</summary>
    /// <returns>0; 1 when a server asked for its health is not well, 2 when an option is wrong, 3 when database, vault key, address or cryptography cannot be used.</returns>
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        if (args.Contains("--help", StringComparer.Ordinal))
        {
            await Console.Out.WriteLineAsync(CommandLine.Usage);
            return 0;
        }

        if (args.Contains("--check-crypto", StringComparer.Ordinal))
        {
            return await CryptoAtStart.ReportAsync(CryptoCheck.Run(), Console.Out, everything: true) ? 0 : 3;
        }

        if (args is ["--health"] or ["--health", _])
        {
            string url = args is [_, var given] ? given : Environment.GetEnvironmentVariable("TSM_URLS") ?? DefaultUrl;
            return await HealthProbe.AskAsync(url, Console.Out) ? 0 : 1;
        }

        if (!CommandLine.TryParse(args, out IReadOnlyDictionary<string, string?> entries, out string? problem))
        {
            await Console.Error.WriteLineAsync(problem);
            return 2;
        }

        if (!await CryptoAtStart.ReportAsync(CryptoCheck.Run(), Console.Error, everything: false))
        {
            return 3;
        }

        try
        {
            await using WebApplication app = Build(entries);
            await app.RunAsync();
            return 0;
        }
        catch (OptionsValidationException invalid)
        {
            await Console.Error.WriteLineAsync(string.Join(Environment.NewLine, invalid.Failures));
            return 2;
        }
        catch (Exception known) when (known is VaultException or MigrationException or InvalidDataException or IOException)
        {
            // The sentence says what to do; a stack trace would hide it.
            await Console.Error.WriteLineAsync(known.Message);
            return 3;
        }
    }

    /// <summary>Builds the server from configuration entries, those of the environment below them.</summary>
    /// <param name="entries">Such as <c>Data</c>, <c>urls</c>, <c>Smsc:0:Host</c>.</param>
    /// <param name="configure">What a test replaces.</param>
    /// <exception cref="OptionsValidationException">An option is wrong; its failures are sentences.</exception>
    public static WebApplication Build(IReadOnlyDictionary<string, string?> entries, Action<WebApplicationBuilder>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.AddServerConfiguration(entries);
        ServerOptions options = builder.AddServerOptions();
        builder.AddServerLogging();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.AddTls(options);
        builder.WebHost.UseUrls(builder.Configuration["urls"] ?? DefaultUrl);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ApiToken.Open(DataFolder.Create(options.Data)));
        builder.Services.AddSingleton<IMachine, CardMachine>();
        builder.AddServerStorage(options);
        builder.Services.AddHostedService<Seeding>();
        builder.AddSmscRoads(options);
        builder.Services.AddSingleton<HealthProblems>();
        builder.AddServerApi();
        builder.AddRecurringWork();
        builder.AddPolicies();
        builder.Services.AddSingleton<CardImporter>();
        builder.AddRequests();
        builder.AddProviders();
        builder.Services.AddHostedService<ServerLife>();
        configure?.Invoke(builder);

        WebApplication app = builder.Build();
        app.UseProblemPages();
        app.UseRouting();
        app.UseMiddleware<TokenCheck>();
        app.MapServerApi();
        return app;
    }
}
