using Tsm.Application.ApplicationServers;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Requests;

namespace Tsm.Server.Hosting;

/// <summary>Requests from every side, and the work on them that goes on by itself.</summary>
internal static class RequestSetup
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    public static void AddRequests(this WebApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddOptions<RequestOptions>()
            .BindConfiguration("Requests")
            .Validate(o => o.IsRight, "The times of section Requests must be at least 10 ms, Lease more than 60 s, and AtOnce 1 to 1000.")
            .ValidateOnStart();
        services.AddSingleton<RecipientKeys>();
        services.AddSingleton<IApplicationServers>(s => ActivatorUtilities.CreateInstance<ApplicationServerClient>(s, NewClient()));
        services.AddSingleton<IServiceBook, ServiceBook>();
        services.AddSingleton<EligibilityDesk>();
        services.AddSingleton<RequestMaterials>();
        services.AddSingleton<RequestSignal>();
        services.AddSingleton<RequestSteps>();
        services.AddSingleton<RequestDesk>();
        services.AddSingleton<ICardRequests, CardRequests>();
        services.AddSingleton<JobCancelling>();
        services.AddSingleton<IContractEnding, RequestCancelling>();
        services.AddSingleton<RequestWorker>();
        services.AddHostedService(s => s.GetRequiredService<RequestWorker>());
    }

    // What a declared server answers is taken from there and from nowhere else; the time-out is each server's own.
    private static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = ConnectionLife,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
