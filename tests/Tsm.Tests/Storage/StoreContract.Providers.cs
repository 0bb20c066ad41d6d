using System.Collections.Immutable;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Application.Webhooks;
using Tsm.Card.Encoding;
using Tsm.Storage.Shared;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>What a store owes tokens, ends of contracts and webhooks.</content>
public abstract partial class StoreContract
{
    private const string Hook = "hook";
    private static readonly TimeSpan HookLease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private WebhookDeliveries Deliveries => new(Store.Sql);

    [ContractFact]
    public async Task A_token_is_found_by_its_hash_and_revoked_once()
    {
        var tokens = new ApiTokens(Store.Sql);
        Octets hash = Octets.Parse("00112233");
        var token = new ApiTokenRow(StoreData.Tenant, "t1", "Provider", "bank", "ci", StoreData.Epoch, StoreData.Epoch.AddDays(1), null, null);
        await tokens.AddAsync(token, hash, StoreData.Audit("t1", AuditAction.TokenCreated), CancellationToken.None);
        await tokens.UsedAsync(StoreData.Tenant, "t1", new(2026, 1, 2), CancellationToken.None);
        await tokens.UsedAsync(StoreData.Tenant, "t1", new(2026, 1, 1), CancellationToken.None);

        Assert.Equal(token with { UsedOn = new(2026, 1, 2) }, await tokens.FindAsync(hash, CancellationToken.None));
        Assert.Null(await tokens.FindAsync(Octets.Parse("00112234"), CancellationToken.None));
        AuditEntry revoked = StoreData.Audit("t1", AuditAction.TokenRevoked);
        Assert.False(await tokens.RevokeAsync("globex", "t1", StoreData.Epoch, revoked, CancellationToken.None));
        Assert.True(await tokens.RevokeAsync(StoreData.Tenant, "t1", StoreData.Epoch, revoked, CancellationToken.None));
        Assert.False(await tokens.RevokeAsync(StoreData.Tenant, "t1", StoreData.Epoch, revoked, CancellationToken.None));
        Assert.Equal(StoreData.Epoch, Assert.Single(await tokens.ListAsync(StoreData.Tenant, CancellationToken.None)).RevokedAt);
        Assert.Empty(await tokens.ListAsync("globex", CancellationToken.None));
    }

    [ContractFact]
    public async Task The_end_of_a_contract_is_noted_once_with_its_event_and_undone_by_one_node_at_a_time()
    {
        using StoreUnderTest second = Store.OpenSecond();
        ContractEnds ours = new(Store.Sql), theirs = new(second.Sql);
        foreach (string id in (string[])["c1", "c2"])
        {
            var contract = new Contract { Id = id, Provider = "bank", Mode = ContractMode.Simple, From = StoreData.Epoch };
            await new Books(Store.Sql).SaveAsync(StoreData.Tenant, contract, 0, StoreData.Audit(), CancellationToken.None);
        }

        Assert.True(await NoteAsync(ours, "c1", 1, undo: true));
        Assert.False(await NoteAsync(theirs, "c1", 1, undo: true));
        Assert.False(await NoteAsync(theirs, "c1", 2, undo: true));
        Assert.False(await NoteAsync(theirs, "c2", 7, undo: false));
        Assert.True(await NoteAsync(theirs, "c2", 1, undo: false));

        Assert.Equal(["c1"], await ours.ClaimAsync(StoreData.Tenant, HookLease, CancellationToken.None));
        Assert.Empty(await theirs.ClaimAsync(StoreData.Tenant, HookLease, CancellationToken.None));
        _time.Advance(HookLease);
        Assert.Equal(["c1"], await theirs.ClaimAsync(StoreData.Tenant, HookLease, CancellationToken.None));
        await theirs.DoneAsync(StoreData.Tenant, "c1", CancellationToken.None);
        _time.Advance(HookLease);

        Assert.Empty(await ours.ClaimAsync(StoreData.Tenant, HookLease, CancellationToken.None));
        Assert.Equal(["c1", "c2"], (await ours.NotedAsync(StoreData.Tenant, CancellationToken.None)).Order(StringComparer.Ordinal));
        IReadOnlyList<StoredEvent> events = await new Events(Store.Sql).AfterAsync(StoreData.Tenant, "bank", 0, 10, CancellationToken.None);
        Assert.Equal(["c1", "c2"], events.Select(e => e.Event.Details["contract"]));
    }

    [ContractFact]
    public async Task A_webhook_is_one_nodes_until_its_lease_runs_out_and_goes_on_where_it_was()
    {
        using StoreUnderTest second = Store.OpenSecond();
        WebhookDeliveries theirs = new(second.Sql);
        await Deliveries.OpenAsync(StoreData.Tenant, Hook, 7, CancellationToken.None);
        await Deliveries.OpenAsync(StoreData.Tenant, Hook, 99, CancellationToken.None);

        WebhookClaim claim = Assert.Single(await Deliveries.ClaimAsync("a", HookLease, 10, CancellationToken.None));
        Assert.Equal(7, claim.After);
        Assert.Empty(await theirs.ClaimAsync("b", HookLease, 10, CancellationToken.None));
        _time.Advance(HookLease / 2);
        Assert.True(await Deliveries.RenewAsync(claim with { After = 9 }, "a", HookLease, CancellationToken.None));
        _time.Advance(HookLease);

        Assert.Equal(9, Assert.Single(await theirs.ClaimAsync("b", HookLease, 10, CancellationToken.None)).After);
        Assert.False(await Deliveries.RenewAsync(claim, "a", HookLease, CancellationToken.None));
        await Deliveries.ReleaseAsync(claim, "a", CancellationToken.None);
        Assert.Empty(await Deliveries.ClaimAsync("a", HookLease, 10, CancellationToken.None));
        await theirs.ReleaseAsync(claim, "b", CancellationToken.None);
        Assert.Single(await Deliveries.ClaimAsync("a", HookLease, 10, CancellationToken.None));
    }

    [ContractFact]
    public async Task An_event_is_delivered_once_in_its_order_and_one_that_fails_holds_up_the_others_for_a_while()
    {
        await AddAsync("1", "2");
        await AddAsync("2", "3");

        WebhookDelivery first = (await NextAsync())!;
        await AttemptAsync(first, TimeSpan.FromSeconds(5));
        Assert.Equal("1", first.Event);
        Assert.Null(await NextAsync());
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(("1", 1), await NextAsync() is { } again ? (again.Event, again.Attempts) : default);
        await AttemptAsync(first, TimeSpan.FromSeconds(10));

        WebhookDelivery second = (await NextAsync())!;
        Assert.Equal("2", second.Event);
        await AttemptAsync(second, pause: null);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("1", (await NextAsync())!.Event);
        await AttemptAsync(first, pause: null);
        Assert.Equal("3", (await NextAsync())!.Event);
        IReadOnlyList<WebhookDelivery> all = (await Deliveries.ListAsync(StoreData.Tenant, Hook, null, 10, CancellationToken.None)).Items;
        Assert.Equal(["3", "2", "1"], all.Select(d => d.Event));
        Assert.Equal((DeliveryStatus.Delivered, 3, 200), (all[2].Status, all[2].Attempts, all[2].Code));
    }

    [ContractFact]
    public async Task A_delivery_is_given_up_after_its_time_and_may_be_made_again()
    {
        await AddAsync("1");
        WebhookDelivery first = (await NextAsync())!;
        _time.Advance(Day - TimeSpan.FromMinutes(1));
        await AttemptAsync(first, TimeSpan.FromHours(1));

        WebhookDelivery failed = (await Deliveries.FindAsync(StoreData.Tenant, Hook, first.Id, CancellationToken.None))!;
        Assert.Equal((DeliveryStatus.Failed, 500, "no"), (failed.Status, failed.Code, failed.Text));
        _time.Advance(Day);
        Assert.Null(await NextAsync());
        Assert.False(await Deliveries.AgainAsync(StoreData.Tenant, "other", first.Id, Day, CancellationToken.None));
        Assert.True(await Deliveries.AgainAsync(StoreData.Tenant, Hook, first.Id, Day, CancellationToken.None));

        Assert.Equal(first.Event, (await NextAsync())!.Event);
        await AttemptAsync(first, pause: null);
        _time.Advance(Day * 2);
        await Deliveries.ForgetAsync(StoreData.Tenant, Hook, Day, CancellationToken.None);
        Assert.Empty((await Deliveries.ListAsync(StoreData.Tenant, Hook, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task What_waits_while_a_webhook_is_paused_is_given_up_after_its_time_too()
    {
        await AddAsync("1");
        _time.Advance(Day / 2);
        await AddAsync("2");
        _time.Advance(Day / 2);

        await Deliveries.GiveUpAsync(StoreData.Tenant, Hook, CancellationToken.None);

        IReadOnlyList<WebhookDelivery> all = (await Deliveries.ListAsync(StoreData.Tenant, Hook, null, 10, CancellationToken.None)).Items;
        Assert.Equal([("2", DeliveryStatus.Waiting), ("1", DeliveryStatus.Failed)], all.Select(d => (d.Event, d.Status)));
        Assert.Equal("2", (await NextAsync())!.Event);
    }

    [ContractFact]
    public async Task A_webhook_that_was_written_down_only_is_found_and_one_that_is_gone_leaves_nothing()
    {
        var webhook = new Webhook { Id = Hook, Url = new("https://a.example"), Secret = Octets.Parse("00"), CreatedAt = StoreData.Epoch, After = 5 };
        var books = new Books(Store.Sql);
        await books.SaveAsync(StoreData.Tenant, webhook, 0, StoreData.Audit(), CancellationToken.None);

        Assert.Equal([(StoreData.Tenant, Hook)], await Deliveries.UnopenedAsync(CancellationToken.None));
        await Deliveries.OpenAsync(StoreData.Tenant, Hook, 5, CancellationToken.None);
        Assert.Empty(await Deliveries.UnopenedAsync(CancellationToken.None));
        BookEntry<Webhook> read = (await books.FindAsync<Webhook>(StoreData.Tenant, Hook, CancellationToken.None))!;
        Assert.Equal((webhook.Url, webhook.Secret, 5L, true), (read.Document.Url, read.Document.Secret, read.Document.After, read.Document.Kinds.IsEmpty));
        WebhookDelivery test = await Deliveries.RecordAsync(
            StoreData.Tenant, Hook, new("test-1", "webhook.test", "{}"), taken: false, null, "no answer", CancellationToken.None);
        Assert.Equal((DeliveryStatus.Failed, null, "no answer"), (test.Status, test.Code, test.Text));

        await Deliveries.RemoveAsync(StoreData.Tenant, Hook, CancellationToken.None);
        Assert.Empty((await Deliveries.ListAsync(StoreData.Tenant, Hook, null, 10, CancellationToken.None)).Items);
        Assert.Empty(await Deliveries.ClaimAsync("a", HookLease, 10, CancellationToken.None));
    }

    private Task AddAsync(params string[] events) => Deliveries.AddAsync(
        StoreData.Tenant, Hook, [.. events.Select(e => new WebhookItem(e, "service.activated", "{}"))], Day, CancellationToken.None);

    private Task<WebhookDelivery?> NextAsync() => Deliveries.NextAsync(StoreData.Tenant, Hook, orderedAttempts: 2, CancellationToken.None);

    private Task AttemptAsync(WebhookDelivery delivery, TimeSpan? pause) => Deliveries.AttemptedAsync(
        StoreData.Tenant, Hook, delivery.Id, pause is null ? 200 : 500, pause is null ? "yes" : "no", pause, CancellationToken.None);

    private static Task<bool> NoteAsync(ContractEnds ends, string contract, long version, bool undo) => ends.NoteAsync(
        StoreData.Tenant,
        contract,
        version,
        undo,
        new(StoreData.Epoch, EventKind.ContractEnded, "bank", null, null, null, null, null, "It has ended.",
            ImmutableSortedDictionary<string, string>.Empty.Add("contract", contract)),
        StoreData.Audit(contract, AuditAction.ContractEnded),
        CancellationToken.None);
}
