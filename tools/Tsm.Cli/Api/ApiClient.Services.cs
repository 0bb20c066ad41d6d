using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tsm.Cli.Api;

/// <summary>Services.</summary>
internal sealed partial class ApiClient
{
    public Task<Answer<Page<Service>>> ServicesAsync(string? provider, CancellationToken cancellation) =>
        GetAsync("services" + Query(("provider", provider)), TsmJson.Default.PageService, cancellation);

    public Task<Answer<Service>> ServiceAsync(string service, CancellationToken cancellation) =>
        GetAsync("services/" + Escape(service), TsmJson.Default.Service, cancellation);

    public Task<Answer<Service>> CreateServiceAsync(ServiceOrder order, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "services", Json(order, TsmJson.Default.ServiceOrder), TsmJson.Default.Service, null, cancellation);

    public Task<Answer<Service>> AmendServiceAsync(string service, ServiceOrder order, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Patch, "services/" + Escape(service), Json(order, TsmJson.Default.ServiceOrder), TsmJson.Default.Service, null, cancellation);

    public Task<Answer<Service>> WithdrawServiceAsync(string service, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"services/{Escape(service)}/withdraw", null, TsmJson.Default.Service, null, cancellation);

    /// <param name="version">The version as JSON, which may hold what this program does not know.</param>
    public Task<Answer<Service>> AddServiceVersionAsync(string service, string version, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post, $"services/{Escape(service)}/versions", new StringContent(version, Encoding.UTF8, "application/json"), TsmJson.Default.Service, null, cancellation);

    public Task<Answer<Service>> ApproveServiceVersionAsync(string service, string version, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"services/{Escape(service)}/versions/{Escape(version)}/approve", null, TsmJson.Default.Service, null, cancellation);

    public Task<Answer<Service>> RejectServiceVersionAsync(string service, string version, string? reason, CancellationToken cancellation) => SendAsync(
        HttpMethod.Post, $"services/{Escape(service)}/versions/{Escape(version)}/reject",
        Json(new(reason), TsmJson.Default.RejectionOrder), TsmJson.Default.Service, null, cancellation);

    public Task<Answer<ServiceMatrix>> ServiceMatrixAsync(string service, string? version, CancellationToken cancellation) =>
        GetAsync($"services/{Escape(service)}/compatibility" + Query(("version", version)), TsmJson.Default.ServiceMatrix, cancellation);

    public Task<Answer<ServiceTable>> ServiceTableAsync(CancellationToken cancellation) =>
        GetAsync("services/table", TsmJson.Default.ServiceTable, cancellation);

    public Task<Answer<TableComparison>> CompareServiceTableAsync(string tlv, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, "services/table/compare", Json(new(tlv), TsmJson.Default.TableOrder), TsmJson.Default.TableComparison, null, cancellation);

    public Task<Answer<Page<ServiceInstance>>> ServiceInstancesAsync(
        string? provider, string? service, string? card, string? state, int limit, string? cursor, CancellationToken cancellation) => GetAsync(
        "service-instances" + Query(
            ("provider", provider), ("service", service), ("card", card), ("state", state), ("limit", Number(limit)), ("cursor", cursor)),
        TsmJson.Default.PageServiceInstance,
        cancellation);

    private static StringContent Json<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.Serialize(value, type), Encoding.UTF8, "application/json");
}
