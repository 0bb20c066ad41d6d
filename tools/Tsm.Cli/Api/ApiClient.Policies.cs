using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Tsm.Cli.Api;

/// <content>Policies, usage, reputation, numbers and swaps.</content>
internal sealed partial class ApiClient
{
    public Task<Answer<PolicyRecord>> CreatePolicyAsync(PolicyOrder order, CancellationToken cancellation) =>
        PostAsync("policies", order, PolicyJson.Default.PolicyOrder, PolicyJson.Default.PolicyRecord, cancellation);

    public Task<Answer<PolicyRecord>> ChangePolicyAsync(PolicyOrder order, CancellationToken cancellation) => SendAsync(
        HttpMethod.Put, "policies/" + Escape(order.Id), Body(order, PolicyJson.Default.PolicyOrder), PolicyJson.Default.PolicyRecord, null, cancellation);

    public Task<Answer<Page<PolicyRecord>>> PoliciesAsync(CancellationToken cancellation) =>
        GetAsync("policies", PolicyJson.Default.PagePolicyRecord, cancellation);

    public Task<Answer<PolicyRecord>> PolicyAsync(string id, CancellationToken cancellation) =>
        GetAsync("policies/" + Escape(id), PolicyJson.Default.PolicyRecord, cancellation);

    public Task<Answer<PolicyTrialAnswer>> TryPolicyAsync(string id, PolicyTrialOrder order, CancellationToken cancellation) =>
        PostAsync($"policies/{Escape(id)}/trial", order, PolicyJson.Default.PolicyTrialOrder, PolicyJson.Default.PolicyTrialAnswer, cancellation);

    public Task<Answer<PolicyRecord>> ActivatePolicyAsync(string id, PolicyActivationOrder order, CancellationToken cancellation) =>
        PostAsync($"policies/{Escape(id)}/activate", order, PolicyJson.Default.PolicyActivationOrder, PolicyJson.Default.PolicyRecord, cancellation);

    public Task<Answer<PolicyRecord>> PausePolicyAsync(string id, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"policies/{Escape(id)}/pause", null, PolicyJson.Default.PolicyRecord, null, cancellation);

    public Task<Answer<Page<PolicyActionRecord>>> PolicyActionsAsync(string id, string? card, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync(
            $"policies/{Escape(id)}/actions" + Query(("card", card), ("limit", Number(limit)), ("cursor", cursor)),
            PolicyJson.Default.PagePolicyActionRecord,
            cancellation);

    public Task<Answer<OverruleRecord>> OverruleAsync(string id, OverruleOrder order, CancellationToken cancellation) =>
        PostAsync($"policies/{Escape(id)}/overrules", order, PolicyJson.Default.OverruleOrder, PolicyJson.Default.OverruleRecord, cancellation);

    public Task<Answer<Page<OverruleRecord>>> OverrulesAsync(string id, CancellationToken cancellation) =>
        GetAsync($"policies/{Escape(id)}/overrules", PolicyJson.Default.PageOverruleRecord, cancellation);

    public Task<Answer<OverruleRecord>> LiftOverruleAsync(string id, string card, string service, CancellationToken cancellation) => SendAsync(
        HttpMethod.Delete, $"policies/{Escape(id)}/overrules" + Query(("card", card), ("service", service)), null, PolicyJson.Default.OverruleRecord, null, cancellation);

    public Task<Answer<UsageAdded>> AddUsageAsync(UsageOrder order, CancellationToken cancellation) =>
        PostAsync("usage-records", order, PolicyJson.Default.UsageOrder, PolicyJson.Default.UsageAdded, cancellation);

    public Task<Answer<Page<UsageRecordEntry>>> UsageAsync(string? card, string? service, int limit, string? cursor, CancellationToken cancellation) =>
        GetAsync(
            "usage-records" + Query(("card", card), ("service", service), ("limit", Number(limit)), ("cursor", cursor)),
            PolicyJson.Default.PageUsageRecordEntry,
            cancellation);

    public Task<Answer<ReputationRecord>> ReputationAsync(string card, string service, CancellationToken cancellation) =>
        GetAsync("reputation" + Query(("card", card), ("service", service)), PolicyJson.Default.ReputationRecord, cancellation);

    public Task<Answer<NumberRecord>> ChangeNumberAsync(string card, string msisdn, CancellationToken cancellation) => SendAsync(
        HttpMethod.Put, $"cards/{Escape(card)}/number", Body(new(msisdn), PolicyJson.Default.NumberOrder), PolicyJson.Default.NumberRecord, null, cancellation);

    public Task<Answer<NumberRecord>> WithdrawNumberAsync(string card, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, $"cards/{Escape(card)}/number/withdraw", null, PolicyJson.Default.NumberRecord, null, cancellation);

    public Task<Answer<SwapRecord>> SwapAsync(SwapOrder order, CancellationToken cancellation) =>
        PostAsync("subscriptions/swap", order, PolicyJson.Default.SwapOrder, PolicyJson.Default.SwapRecord, cancellation);

    public Task<Answer<Page<SwapRecord>>> SwapsAsync(string? card, bool orphans, CancellationToken cancellation) =>
        GetAsync("subscriptions/swaps" + Query(("card", card), ("orphans", orphans ? "true" : null)), PolicyJson.Default.PageSwapRecord, cancellation);

    public Task<Answer<SwapRecord>> SwapAsync(string id, CancellationToken cancellation) =>
        GetAsync("subscriptions/swaps/" + Escape(id), PolicyJson.Default.SwapRecord, cancellation);

    /// <summary>Writes off what a swap has left, or tries again what it could not move.</summary>
    public Task<Answer<SwapRecord>> ChangeSwapAsync(string id, string verb, SwapServiceOrder order, CancellationToken cancellation) =>
        PostAsync($"subscriptions/swaps/{Escape(id)}/{verb}", order, PolicyJson.Default.SwapServiceOrder, PolicyJson.Default.SwapRecord, cancellation);

    private Task<Answer<TAnswer>> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, Body(body, type), answer, null, cancellation);

    private static StringContent Body<T>(T body, JsonTypeInfo<T> type) => new(JsonSerializer.Serialize(body, type), Encoding.UTF8, "application/json");
}
