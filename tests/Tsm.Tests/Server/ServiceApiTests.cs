using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.Services;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Server;

/// <summary>Services and their versions through the API.</summary>
public sealed class ServiceApiTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.ProviderAsync("acme");
        await _server.ProviderAsync("globex");
        await _server.UploadAsAsync(null, "hello", "F0546D5308");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task S1_02_A_service_is_offered_approved_and_found_by_id_AID_and_code()
    {
        await OfferAsync();
        await _server.VersionAsync("canteen", new
        {
            version = "1.0",
            application = "hello",
            tar = "000101",
            parameters = "{serial}",
            personalisation = new[] { new { id = "0101", content = "{key}{iccid}" } },
        });
        (_, JsonElement pending) = await _server.GetAsync("/api/v1/services/canteen");
        (int approved, JsonElement current) = await _server.PostAsync("/api/v1/services/canteen/versions/1.0/approve", new { });

        Assert.False(pending.TryGetProperty("current", out _));
        Assert.Equal((200, "1.0"), (approved, current.Text("current")));
        JsonElement version = current.List("versions").Single();
        Assert.Equal(("F0546D530801", "approved", "replace"), (version.Text("instance"), version.Text("state"), version.Text("upgrade")));
        Assert.Equal(["key", "serial"], version.List("variables").Select(v => v.GetString()));
        foreach (string name in (string[])["canteen", "f0000000AA", "01"])
        {
            (int status, JsonElement found) = await _server.GetAsync($"/api/v1/services/{name}");
            Assert.Equal((200, "canteen"), (status, found.Text("id")));
        }
    }

    [Theory, InlineData("01", "01"), InlineData("f0000000aa", "F0000000AA")]
    public async Task S1_03_A_code_and_an_AID_name_their_service_whatever_the_ids_of_others(string id, string identifier)
    {
        await OfferAsync();
        await using (ServiceBooks books = ServiceBooks.Of(_server))
        {
            await books.OfferAsync(id, "hello", Aid.Parse("F0546D5309"), "globex");
        }

        (_, JsonElement found) = await _server.GetAsync($"/api/v1/services/{identifier}");

        Assert.Equal("canteen", found.Text("id"));
        Assert.Equal("canteen", (await Services.ResolveOnCardAsync("default", identifier, CancellationToken.None))?.Id);
    }

    [Theory, InlineData("gate"), InlineData("02"), InlineData("F0000000BB"), InlineData("no%20id")]
    public async Task S1_02_An_unknown_identifier_is_refused_with_its_code(string identifier)
    {
        await OfferAsync();

        (int status, JsonElement problem) = await _server.GetAsync($"/api/v1/services/{identifier}");

        Assert.Equal((404, "service", "SERVICE_UNKNOWN"), (status, problem.Text("layer"), problem.Text("code")));
    }

    [Fact]
    public async Task Every_fault_of_a_service_is_told_at_once()
    {
        (int status, JsonElement problem) = await _server.PostAsync(
            "/api/v1/services", new { id = "Canteen", provider = "nobody", name = "", applicationServer = "No Server" });
        (int octets, JsonElement wrong) = await _server.PostAsync("/api/v1/services", new { id = "canteen", provider = "acme", aid = "F0", code = "1" });

        Assert.Equal((422, "SERVICE_INVALID"), (status, problem.Text("code")));
        Assert.Equal(["id", "name", "applicationServer", "provider"], problem.List("errors").Select(e => e.Text("column")));
        Assert.Equal(422, octets);
        Assert.Equal(["aid", "code"], wrong.List("errors").Select(e => e.Text("column")));
    }

    [Fact]
    public async Task A_provider_that_has_ended_offers_nothing_more()
    {
        await _server.PostAsync("/api/v1/providers/acme/end", new { });

        (int status, JsonElement problem) = await _server.PostAsync("/api/v1/services", new { id = "canteen", provider = "acme", name = "Canteen" });

        Assert.Equal((422, "PROVIDER_ENDED"), (status, problem.List("errors").Single().Text("code")));
    }

    [Fact]
    public async Task S1_03_An_identifier_of_another_is_refused_and_its_holder_is_named_to_operators_alone()
    {
        await OfferAsync();
        (string token, _) = await _server.TokenAsync("provider", "globex");
        var wanted = new { id = "gate", provider = "globex", name = "Gate", code = "01", aid = "F0000000AA" };

        (int status, JsonElement told) = await _server.PostAsync("/api/v1/services", wanted);
        (int refused, JsonElement? hidden) = await _server.AsAsync(token, HttpMethod.Post, "/api/v1/services", wanted);

        Assert.Equal((409, 409), (status, refused));
        Assert.Equal(("SERVICE_IDENTIFIER_TAKEN", "SERVICE_IDENTIFIER_TAKEN"), (told.Text("code"), hidden!.Value.Text("code")));
        Assert.Equal(["AID_TAKEN", "CODE_TAKEN"], told.List("errors").Select(e => e.Text("code")));
        Assert.Contains("service canteen of provider acme", told.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("canteen", hidden.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("acme", hidden.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_amended_stays_amended_and_an_empty_text_takes_away()
    {
        await OfferAsync();

        (int status, JsonElement amended) = await PatchAsync("canteen", new { name = "Canteen and gate", aid = "", onCardSwap = "orphan" });
        (_, JsonElement same) = await PatchAsync("canteen", new { name = "Canteen and gate" });

        Assert.Equal((200, "Canteen and gate", "orphan", "01"), (status, amended.Text("name"), amended.Text("onCardSwap"), amended.Text("code")));
        Assert.False(amended.TryGetProperty("aid", out _));
        Assert.Equal((2, 2), (amended.GetProperty("revision").GetInt32(), same.GetProperty("revision").GetInt32()));
    }

    [Fact]
    public async Task S1_03_What_is_on_cards_is_changed_by_the_carrier_alone_and_given_to_nobody_else()
    {
        await OfferAsync();
        (string acme, _) = await _server.TokenAsync("provider", "acme");
        (int before, _) = await _server.AsAsync(acme, HttpMethod.Patch, "/api/v1/services/canteen", new { code = "03" });
        await _server.VersionAsync("canteen", new { version = "1.0", application = "hello" });
        await JudgeAsync("1.0", "approve");

        (int provider, JsonElement? faults) = await _server.AsAsync(acme, HttpMethod.Patch, "/api/v1/services/canteen", new { code = "", aid = "F0000000BB" });
        (int carrier, JsonElement renamed) = await PatchAsync("canteen", new { code = "02", aid = "F0000000BB" });
        (int taken, JsonElement problem) = await _server.PostAsync("/api/v1/services", new { id = "gate", provider = "globex", name = "Gate", code = "03", aid = "F0000000AA" });
        (int free, _) = await _server.PostAsync("/api/v1/services", new { id = "gate", provider = "globex", name = "Gate", code = "01" });

        Assert.Equal((200, 422, 200, 409, 201), (before, provider, carrier, taken, free));
        Assert.Equal(["AID_ON_CARDS", "CODE_ON_CARDS"], faults!.Value.List("errors").Select(e => e.Text("code")));
        Assert.Equal(("02", "F0000000BB"), (renamed.Text("code"), renamed.Text("aid")));
        Assert.Equal(["AID_TAKEN", "CODE_TAKEN"], problem.List("errors").Select(e => e.Text("code")));
        Assert.Equal("canteen", (await Services.ResolveOnCardAsync("default", "03", CancellationToken.None))?.Id);
        Assert.Equal(200, (await PatchAsync("canteen", new { code = "03", aid = "F0000000AA" })).Status);
    }

    [Fact]
    public async Task A_version_is_never_changed()
    {
        await OfferAsync();
        await _server.VersionAsync("canteen", new { version = "1.0", application = "hello", parameters = "01" });

        (int again, _) = await _server.PostAsync("/api/v1/services/canteen/versions", new { version = "1.0", application = "F0546D5308", parameters = "0 1" });
        (int other, JsonElement problem) = await _server.PostAsync("/api/v1/services/canteen/versions", new { version = "1.0", application = "hello" });

        Assert.Equal((200, 409, "SERVICE_VERSION_EXISTS"), (again, other, problem.Text("code")));
        (_, JsonElement service) = await _server.GetAsync("/api/v1/services/canteen");
        Assert.Equal("01", service.List("versions").Single().Text("parameters"));
    }

    [Fact]
    public async Task Every_fault_of_a_version_is_told_at_once()
    {
        await OfferAsync();

        (int status, JsonElement problem) = await _server.PostAsync("/api/v1/services/canteen/versions", new
        {
            version = "1.0",
            application = "hello",
            module = "F000000001",
            privileges = "80",
            tar = "B00010",
            libraries = (string[])["nothing"],
            personalisation = new[] { new { id = "01", content = "{key" } },
        });

        Assert.Equal((422, "SERVICE_VERSION_INVALID"), (status, problem.Text("code")));
        Assert.Equal(
            ["MODULE_UNKNOWN", "DATA_GROUP_INVALID", "TEMPLATE_INVALID", "PRIVILEGES_NOT_ALLOWED", "TAR_RESERVED", "APPLICATION_UNKNOWN"],
            problem.List("errors").Select(e => e.Text("code")));
    }

    [Fact]
    public async Task Cards_get_the_newest_version_that_is_approved()
    {
        await OfferAsync();
        foreach (string version in (string[])["1.0", "1.1", "1.2"])
        {
            await _server.VersionAsync("canteen", new { version, application = "hello", parameters = version.Replace(".", "", StringComparison.Ordinal) });
        }

        Assert.Null(await JudgeAsync("1.1", "reject", new { reason = "No." }));
        Assert.Equal("1.0", await JudgeAsync("1.0", "approve"));
        Assert.Equal("1.2", await JudgeAsync("1.2", "approve"));
        Assert.Equal("1.2", await JudgeAsync("1.1", "approve"));
        Assert.Equal("1.1", await JudgeAsync("1.2", "reject", new { reason = "It loses data." }));
        (_, JsonElement service) = await _server.GetAsync("/api/v1/services/canteen");
        Assert.Equal("It loses data.", service.List("versions").Last().Text("rejection"));
        (ServicePlan? plan, _) = await Services.PlanAsync(ProviderWorld.Tenant, "canteen", null, CancellationToken.None);
        (_, Tsm.Application.Jobs.Problem? problem) = await Services.PlanAsync(ProviderWorld.Tenant, "canteen", "1.2", CancellationToken.None);
        Assert.Equal(("1.1", "hello", "acme"), (plan!.Version.Version, plan.Application.Name, plan.Provider.Id));
        Assert.Equal("SERVICE_VERSION_NOT_APPROVED", problem!.Code);
    }

    [Fact]
    public async Task A_provider_approves_nothing_not_even_its_own()
    {
        await OfferAsync();
        await _server.VersionAsync("canteen", new { version = "1.0", application = "hello" });
        (string token, _) = await _server.TokenAsync("provider", "acme");

        foreach (string verb in (string[])["approve", "reject"])
        {
            (int status, _) = await _server.AsAsync(token, HttpMethod.Post, $"/api/v1/services/canteen/versions/1.0/{verb}", new { });
            Assert.Equal(403, status);
        }
    }

    [Fact]
    public async Task What_is_withdrawn_takes_nothing_more_and_keeps_its_identifiers()
    {
        await OfferAsync();
        (_, JsonElement first) = await _server.PostAsync("/api/v1/services/canteen/withdraw", new { });
        (int twice, JsonElement second) = await _server.PostAsync("/api/v1/services/canteen/withdraw", new { });

        (int version, JsonElement refused) = await _server.PostAsync("/api/v1/services/canteen/versions", new { version = "1.0", application = "hello" });
        (int amend, _) = await PatchAsync("canteen", new { name = "Other" });
        (int code, _) = await _server.PostAsync("/api/v1/services", new { id = "other", provider = "acme", name = "Other", code = "01" });
        (int id, JsonElement exists) = await _server.PostAsync("/api/v1/services", new { id = "canteen", provider = "acme", name = "Other" });

        Assert.Equal((200, first.Text("withdrawnAt")), (twice, second.Text("withdrawnAt")));
        Assert.Equal((409, "SERVICE_WITHDRAWN", 409, 409, 409), (version, refused.Text("code"), amend, code, id));
        Assert.Equal("SERVICE_EXISTS", exists.Text("code"));
    }

    [Fact]
    public async Task S1_03_The_table_is_what_cards_hold_and_a_card_that_disagrees_is_found()
    {
        await OfferAsync();
        await _server.ServiceAsync(new { id = "gate", provider = "globex", name = "Gate", code = "A0" });
        (_, JsonElement before) = await _server.GetAsync("/api/v1/services/table");
        await _server.VersionAsync("gate", new { version = "1.0", application = "hello" });

        (_, JsonElement table) = await _server.GetAsync("/api/v1/services/table");
        (_, JsonElement agrees) = await _server.PostAsync("/api/v1/services/table/compare", new { tlv = table.Text("tlv") });
        (_, JsonElement differs) = await _server.PostAsync("/api/v1/services/table/compare", new { tlv = before.Text("tlv") });
        (int status, JsonElement unreadable) = await _server.PostAsync("/api/v1/services/table/compare", new { tlv = "DF7001" });

        Assert.Equal("DF700CE00A8001014F05F0000000AA", before.Text("tlv"));
        Assert.Equal("DF7019E00A8001014F05F0000000AAE00B8001A04F06F0546D530801", table.Text("tlv"));
        Assert.Equal(["01 canteen F0000000AA", "A0 gate F0546D530801"], table.List("entries").Select(e => $"{e.Text("code")} {e.Text("service")} {e.Text("aid")}"));
        Assert.True(agrees.GetProperty("agrees").GetBoolean());
        JsonElement found = differs.List("disagreements").Single();
        Assert.Equal(("A0", "F0546D530801", false), (found.Text("code"), found.Text("server"), found.TryGetProperty("card", out _)));
        Assert.Equal((422, "TABLE_UNREADABLE"), (status, unreadable.Text("code")));
    }

    [Fact]
    public async Task Services_that_want_the_same_code_at_the_same_moment_do_not_share_it()
    {
        Task<(int Status, JsonElement Body)>[] asked =
            [.. Enumerable.Range(0, 8).Select(i => _server.PostAsync("/api/v1/services", new { id = $"service-{i}", provider = "acme", name = "One", code = "07" }))];
        (int Status, JsonElement Body)[] answers = await Task.WhenAll(asked);

        (_, JsonElement list) = await _server.GetAsync("/api/v1/services");
        string[] there = [.. list.List("items").Select(s => s.Text("id"))];

        Assert.True(there.Length <= 1, string.Join(", ", there));
        Assert.Equal(there, answers.Where(a => a.Status == 201).Select(a => a.Body.Text("id")));
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal((409, "SERVICE_IDENTIFIER_TAKEN"), (a.Status, a.Body.Text("code"))));
    }

    [Fact]
    public async Task Versions_that_are_uploaded_at_the_same_moment_are_all_there()
    {
        await OfferAsync();

        (int Status, JsonElement Body)[] answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            i => _server.PostAsync("/api/v1/services/canteen/versions", new { version = $"1.{i}", application = "hello", parameters = $"0{i}" })));

        (_, JsonElement service) = await _server.GetAsync("/api/v1/services/canteen");
        string[] taken = [.. answers.Zip(Enumerable.Range(0, 4)).Where(a => a.First.Status == 201).Select(a => $"1.{a.Second}")];
        Assert.NotEmpty(taken);
        Assert.Equal(taken, service.List("versions").Select(v => v.Text("version")).Order(StringComparer.Ordinal));
        Assert.All(answers.Where(a => a.Status != 201), a => Assert.Equal("SERVICE_CHANGING", a.Body.Text("code")));
    }

    [Fact]
    public async Task The_trail_says_who_has_changed_what()
    {
        await OfferAsync();
        (string token, _) = await _server.TokenAsync("provider", "acme");
        await _server.AsAsync(token, HttpMethod.Patch, "/api/v1/services/canteen", new { name = "Other" });

        (_, JsonElement trail) = await _server.GetAsync("/api/v1/audit-trail?action=book.saved&subject=canteen");

        Assert.Equal(["Service canteen is amended.", "Service canteen of acme is offered."], trail.List("items").Select(e => e.Text("text")));
    }

    private ServiceCatalogue Services => _server.Services.GetRequiredService<ServiceCatalogue>();

    private Task<JsonElement> OfferAsync() => _server.ServiceAsync(new
    {
        id = "canteen",
        provider = "acme",
        name = "Canteen card",
        aid = "F0000000AA",
        code = "01",
        applicationServer = "canteen-server",
    });

    private async Task<(int Status, JsonElement Body)> PatchAsync(string service, object change)
    {
        (int status, JsonElement? body) = await _server.AsAsync(null, HttpMethod.Patch, $"/api/v1/services/{service}", change);
        return (status, body!.Value);
    }

    private async Task<string?> JudgeAsync(string version, string verb, object? body = null)
    {
        (int status, JsonElement service) = await _server.PostAsync($"/api/v1/services/canteen/versions/{version}/{verb}", body ?? new { });
        Assert.True(status == 200, service.ToString());
        return service.TryGetProperty("current", out JsonElement current) ? current.GetString() : null;
    }
}
