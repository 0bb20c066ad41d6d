using System.Collections;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Tsm.Server.Options;

namespace Tsm.Server.Hosting;

/// <summary>Where configuration comes from and where the log goes.</summary>
internal static class ServerSetup
{
    /// <summary>appsettings.json, then the environment, then the options of the process.</summary>
    public static void AddServerConfiguration(this WebApplicationBuilder builder, IReadOnlyDictionary<string, string?> entries)
    {
        IEnumerable<KeyValuePair<string, string?>> environment = Environment.GetEnvironmentVariables()
            .Cast<DictionaryEntry>()
            .Select(e => KeyValuePair.Create((string)e.Key, (string?)e.Value));
        builder.Configuration
            .AddJsonFile("appsettings.json", optional: true)
            .AddInMemoryCollection(CommandLine.FromEnvironment(environment))
            .AddInMemoryCollection(entries);
    }

    /// <summary>The options of the process, checked before anything is opened.</summary>
    /// <exception cref="OptionsValidationException">One is wrong.</exception>
    public static ServerOptions AddServerOptions(this WebApplicationBuilder builder)
    {
        var validation = new ServerOptionsValidation();
        builder.Services.AddSingleton<IValidateOptions<ServerOptions>>(validation);
        builder.Services.AddOptions<ServerOptions>().Bind(builder.Configuration).ValidateOnStart();
        var options = new ServerOptions();
        builder.Configuration.Bind(options);
        ValidateOptionsResult result = validation.Validate(name: null, options);
        return result.Failed ? throw new OptionsValidationException("", typeof(ServerOptions), result.Failures) : options;
    }

    /// <summary>One line per change of state that an operator would act on.</summary>
    public static void AddServerLogging(this WebApplicationBuilder builder)
    {
        // Its news is not ours; before the configuration, which may ask for it.
        builder.Logging.AddFilter("Quartz", LogLevel.Warning);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);

        // An exception that becomes a response is logged by the problem pages, once.
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "yyyy-MM-dd HH:mm:ss.fff ";
            console.UseUtcTimestamp = true;
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
    }
}
