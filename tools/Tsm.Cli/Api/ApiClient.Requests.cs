namespace Tsm.Cli.Api;

/// <summary>Requests for services, loss reports and application servers.</summary>
internal sealed partial class ApiClient
{
    /// <summary>Asks for something; the key makes a request that is repeated after a broken connection the same request.</summary>
    public Task<Answer<ServiceRequest>> RequestAsync(RequestOrder order, string key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "requests", Json(order, TsmJson.Default.RequestOrder), TsmJson.Default.ServiceRequest, key, cancellation);

    public Task<Answer<EligibilityReport>> CheckRequestAsync(RequestOrder order, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post, "eligibility-checks", Json(order, TsmJson.Default.RequestOrder), TsmJson.Default.EligibilityReport, null, cancellation);

    public Task<Answer<Page<ServiceRequest>>> RequestsAsync(
        string? status, string? service, string? card, int limit, string? cursor, CancellationToken cancellation) => GetAsync(
        "requests" + Query(("status", status), ("service", service), ("card", card), ("limit", Number(limit)), ("cursor", cursor)),
        TsmJson.Default.PageServiceRequest,
        cancellation);

    public Task<Answer<ServiceRequest>> RequestAsync(string id, CancellationToken cancellation) =>
        GetAsync("requests/" + Escape(id), TsmJson.Default.ServiceRequest, cancellation);

    public Task<Answer<EligibilityReport>> RequestEligibilityAsync(string id, CancellationToken cancellation) =>
        GetAsync($"requests/{Escape(id)}/eligibility", TsmJson.Default.EligibilityReport, cancellation);

    public Task<Answer<ServiceRequest>> CancelRequestAsync(string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"requests/{Escape(id)}/cancel", null, TsmJson.Default.ServiceRequest, null, cancellation);

    public Task<Answer<LossReport>> ReportLossAsync(LossOrder order, string key, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "loss-reports", Json(order, TsmJson.Default.LossOrder), TsmJson.Default.LossReport, key, cancellation);

    public Task<Answer<AppServer>> AddAppServerAsync(AppServerOrder order, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post, "application-servers", Json(order, TsmJson.Default.AppServerOrder), TsmJson.Default.AppServer, null, cancellation);

    public Task<Answer<Page<AppServer>>> AppServersAsync(CancellationToken cancellation) =>
        GetAsync("application-servers", TsmJson.Default.PageAppServer, cancellation);

    public Task<Answer<AppServer>> AppServerAsync(string name, CancellationToken cancellation) =>
        GetAsync("application-servers/" + Escape(name), TsmJson.Default.AppServer, cancellation);
}
