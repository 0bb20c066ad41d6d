using System.Text.Json;
using System.Text.RegularExpressions;
using Tsm.Card.Encoding;
using Tsm.Explain;
using Tsm.Security.Keys;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>Requests through the API, with the canteen's application server, over SMPP, to simulated cards and back.</summary>
public sealed partial class RequestApiTests : IAsyncLifetime
{
    private RequestWorld _world = null!;

    public async Task InitializeAsync() => _world = await RequestWorld.StartAsync();

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task S1_01_A_request_finds_its_application_server_which_allocates_and_the_card_gets_it()
    {
        (int status, JsonElement taken) = await _world.AskAsync("deploy");
        Assert.True(status == 202, taken.ToString());
        JsonElement ended = await _world.EndAsync(taken);
        await _world.AllocationsAsync("used");

        Assert.True(ended.Text("status") == "done", ended.ToString());
        Assert.Equal(("proven", "lunch", "1.0", "lunch-1"), (ended.Text("grade"), ended.Text("provider"), ended.Text("version"), ended.Text("contract")));
        Assert.Equal(1, _world.Canteen.Asked);
        Assert.Equal("active", await _world.StateAsync());
        (_, JsonElement events) = await _world.Server.GetAsync("/api/v1/events?limit=1000");
        Assert.Contains(events.List("items"), e => e.Text("kind") == "request.ended" && e.Text("request") == ended.Text("id"));
        Assert.Empty(_world.Network.Account.CounterReused);
        Assert.Empty(_world.Network.Account.ExecutedTwice);
    }

    [Fact]
    public async Task S1_02_An_unknown_identifier_or_operation_is_an_error_and_no_application_server_is_called()
    {
        (int service, JsonElement first) = await _world.AskAsync("deploy", service: "7F");
        (int operation, JsonElement second) = await _world.AskAsync("explode");

        Assert.Equal((404, "SERVICE_UNKNOWN"), (service, first.Text("code")));
        Assert.Equal((422, "OPERATION_UNKNOWN"), (operation, second.Text("code")));
        Assert.Equal(0, _world.Canteen.Asked);
        Assert.Equal(0, _world.Network.Submitted);
    }

    [Theory, InlineData("canteen"), InlineData("01"), InlineData(RequestWorld.ServiceAid)]
    public async Task A_service_is_found_by_id_by_code_and_by_registered_AID(string identifier)
    {
        (int status, JsonElement report) = await _world.SendAsync(
            _world.Provider, HttpMethod.Post, "/api/v1/eligibility-checks", new { service = identifier, operation = "deploy", msisdn = RequestWorld.Msisdn });

        Assert.Equal(200, status);
        Assert.True(report.GetProperty("eligible").GetBoolean(), report.ToString());
        Assert.Equal(0, _world.Canteen.Asked);
    }

    [Fact]
    public async Task S1_05_The_life_cycle_goes_by_requests_and_illegal_steps_are_refused()
    {
        await _world.DoAsync("download");
        Assert.Equal("personalised", await _world.StateAsync());
        await _world.RefusedAsync("suspend", 409, "OPERATION_ILLEGAL");
        await _world.DoAsync("activate");
        await _world.RefusedAsync("resume", 409, "OPERATION_ILLEGAL");
        await _world.DoAsync("suspend");
        await _world.DoAsync("suspend");
        Assert.Equal("suspended", await _world.StateAsync());
        await _world.DoAsync("resume");
        await _world.DoAsync("terminate");
        Assert.Equal("absent", await _world.StateAsync());
        await _world.RefusedAsync("resume", 409, "SERVICE_TERMINATED");
        await _world.AllocationsAsync("released");
    }

    [Fact]
    public async Task S1_06_S1_07_The_same_request_gets_the_same_allocation_and_each_card_its_own_key_and_serial_number()
    {
        (_, JsonElement first) = await _world.AskAsync("deploy", key: "order-1");
        await _world.EndAsync(first);
        (int again, JsonElement second) = await _world.AskAsync("deploy", key: "order-1");
        (int other, JsonElement reused) = await _world.AskAsync("suspend", key: "order-1");
        await _world.DoAsync("deploy", RequestWorld.OtherMsisdn);

        Assert.Equal((202, first.Text("id")), (again, second.Text("id")));
        Assert.Equal((422, "REQUEST_ID_REUSED"), (other, reused.Text("code")));
        Assert.Equal([RequestWorld.Iccid, RequestWorld.OtherIccid], _world.Canteen.Books.All.Select(a => a.Iccid));
        Assert.Equal(2, _world.Canteen.Books.All.Select(a => a.Serial).Distinct().Count());
        Assert.Equal(2, _world.Canteen.Books.All.Select(a => a.Key).Distinct().Count());
    }

    [Fact]
    public async Task S1_08_The_number_is_checked_before_anything_else_and_refusals_are_audited()
    {
        (int unknown, JsonElement first) = await _world.AskAsync("explode", "491799999999", service: "nothing");
        (int another, JsonElement second) = await _world.AskAsync("deploy", RequestWorld.OtherMsisdn, card: RequestWorld.Iccid);
        (_, JsonElement trail) = await _world.Server.GetAsync("/api/v1/audit-trail?action=request.refused");

        Assert.Equal((404, "NUMBER_UNKNOWN"), (unknown, first.Text("code")));
        Assert.Equal((409, "NUMBER_OF_ANOTHER_CARD"), (another, second.Text("code")));
        Assert.Equal(
            ["NUMBER_OF_ANOTHER_CARD", "NUMBER_UNKNOWN"], trail.List("items").Select(e => e.GetProperty("details").Text("code")));
        Assert.Equal(0, _world.Canteen.Asked);
    }

    [Fact]
    public async Task S1_09_Keys_are_in_no_answer_no_log_and_no_file()
    {
        await _world.DoAsync("deploy");
        await _world.AllocationsAsync("used");
        await _world.Server.GetAsync("/api/v1/requests?limit=10");
        await _world.Server.GetAsync("/api/v1/application-servers/canteen");
        string key = _world.Canteen.Books.All.Single().Key;

        Assert.All(_world.Server.Answers, a => Assert.DoesNotContain(key, a, StringComparison.OrdinalIgnoreCase));
        Assert.All(_world.Server.Log.Lines, l => Assert.DoesNotContain(key, l, StringComparison.OrdinalIgnoreCase));
        await AssertInNoFileAsync(key);
    }

    [Fact]
    public async Task S1_09_A_key_in_C9_reaches_the_card_and_lies_in_no_file_while_its_job_waits()
    {
        (int added, JsonElement version) = await _world.Server.PostAsync(
            "/api/v1/services/canteen/versions", new { version = "1.1", application = "hello", parameters = "AB{key}CD" });
        (int approved, _) = await _world.Server.PostAsync("/api/v1/services/canteen/versions/1.1/approve", new { });
        Assert.True((added, approved) == (201, 200), version.ToString());
        _world.Network.Detach(RequestWorld.Msisdn);
        (_, JsonElement taken) = await _world.AskAsync("deploy");
        await ProviderWorld.UntilAsync(
            () => _world.Server.GetAsync($"/api/v1/requests/{taken.Text("id")}"), seen => seen.Body.Text("status") == "running");
        string key = _world.Canteen.Books.All.Single().Key;

        await AssertInNoFileAsync(key);

        await _world.Network.AttachAsync(RequestWorld.Msisdn);
        Assert.Equal("done", (await _world.EndAsync(taken)).Text("status"));
        (_, JsonElement history) = await _world.Server.GetAsync($"/api/v1/cards/{RequestWorld.Iccid}/history?limit=100");
        string packet = history.List("items").First(h => h.Text("kind") == "sent" && h.Text("text").Contains("INSTALL [for install", StringComparison.Ordinal)).Text("raw");
        using var one = KeyMaterial.From(Convert.FromHexString(ServiceNetwork.Key), KeyAlgorithm.Aes);
        using var other = KeyMaterial.From(Convert.FromHexString(ServiceNetwork.Key), KeyAlgorithm.Aes);
        Explanation opened = Explainer.Explain(Octets.Parse(packet), new() { Keys = [new("the card's", KeySet.ForLaboratory(one, other))] });
        (_, JsonElement shown) = await _world.Server.PostAsync("/api/v1/explain", new { octets = packet, card = RequestWorld.Iccid });
        Assert.Contains(Parts(opened.Root), p => p.Octets == Octets.Parse($"AB{key}CD"));
        Assert.Contains("18 octets, not shown", shown.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(key, shown.ToString(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task S1_14_The_network_side_lists_every_service_on_every_card_with_its_state_and_each_provider_its_own()
    {
        await _world.DoAsync("deploy");
        await _world.DoAsync("deploy", RequestWorld.OtherMsisdn);
        JsonElement suspension = await _world.DoAsync("suspend");
        string globex = (await _world.Server.TokenAsync("provider", "globex")).Token;

        (int status, JsonElement all) = await _world.Server.GetAsync("/api/v1/service-instances?service=canteen");
        (_, JsonElement page) = await _world.Server.GetAsync("/api/v1/service-instances?limit=1");
        (_, JsonElement next) = await _world.Server.GetAsync($"/api/v1/service-instances?limit=1&cursor={page.Text("next")}");
        (_, JsonElement suspended) = await _world.SendAsync(_world.Provider, HttpMethod.Get, "/api/v1/service-instances?state=suspended");
        (_, JsonElement ofCard) = await _world.Server.GetAsync($"/api/v1/service-instances?card={RequestWorld.OtherMsisdn}&provider=lunch");
        (_, JsonElement foreign) = await _world.SendAsync(globex, HttpMethod.Get, "/api/v1/service-instances");
        (int hidden, JsonElement unknown) = await _world.SendAsync(globex, HttpMethod.Get, $"/api/v1/service-instances?card={RequestWorld.Iccid}");
        (int wrong, JsonElement problem) = await _world.Server.GetAsync("/api/v1/service-instances?state=lost");
        (int cursor, _) = await _world.Server.GetAsync("/api/v1/service-instances?cursor=none");

        Assert.Equal((200, 404, 400, 400), (status, hidden, wrong, cursor));
        Assert.Equal([RequestWorld.OtherIccid, RequestWorld.Iccid], all.List("items").Select(i => i.Text("card")));
        Assert.Equal([RequestWorld.OtherIccid, RequestWorld.Iccid], page.List("items").Concat(next.List("items")).Select(i => i.Text("card")));
        JsonElement seen = suspended.List("items").Single();
        Assert.Equal(
            (RequestWorld.Iccid, RequestWorld.Msisdn, "canteen", "lunch", "1.0", "lunch-1"),
            (seen.Text("card"), seen.Text("msisdn"), seen.Text("service"), seen.Text("provider"), seen.Text("version"), seen.Text("contract")));
        Assert.Equal(
            (1, "suspended", "suspended", false, suspension.List("jobs").Single().GetString()),
            (seen.GetProperty("generation").GetInt32(), seen.Text("state"), seen.Text("wanted"), seen.GetProperty("pending").GetBoolean(), seen.Text("job")));
        Assert.True(seen.TryGetProperty("provenAt", out _) && seen.TryGetProperty("updatedAt", out _));
        Assert.Equal((RequestWorld.OtherIccid, "active"), (ofCard.List("items").Single().Text("card"), ofCard.List("items").Single().Text("state")));
        Assert.Empty(foreign.List("items"));
        Assert.Equal(("CARD_UNKNOWN", "REQUEST_INVALID"), (unknown.Text("code"), problem.Text("code")));
    }

    [Fact]
    public async Task A_toolkit_application_is_installed_with_the_TAR_of_its_version()
    {
        (int added, JsonElement version) = await _world.Server.PostAsync(
            "/api/v1/services/canteen/versions", new { version = "1.1", application = "hello", tar = "D00042" });
        (int approved, _) = await _world.Server.PostAsync("/api/v1/services/canteen/versions/1.1/approve", new { });
        Assert.True((added, approved) == (201, 200), version.ToString());
        await _world.DoAsync("deploy");

        var instance = Tsm.Card.Identifiers.Aid.Parse(version.List("versions").Single(v => v.Text("version") == "1.1").Text("instance"));
        Assert.Equal("D00042", Assert.Single(_world.Network.Card(RequestWorld.Msisdn).Content.FindInstance(instance)!.Tars).ToString());
    }

    [Fact]
    public async Task S1_16_An_operation_for_a_card_that_is_off_reaches_it_when_it_attaches()
    {
        await _world.DoAsync("deploy");
        _world.Network.Detach(RequestWorld.Msisdn);
        (int status, JsonElement taken) = await _world.AskAsync("suspend", token: (await _world.Server.TokenAsync("operator", null)).Token);
        Assert.Equal(202, status);
        int before = _world.Network.Submitted;
        await ProviderWorld.UntilAsync(() => Task.FromResult(_world.Network.Submitted), sent => sent >= before && sent > 0);
        JsonElement waiting = (await ProviderWorld.UntilAsync(
            () => _world.Server.GetAsync($"/api/v1/requests/{taken.Text("id")}"), seen => seen.Body.Text("status") == "running")).Body;
        Assert.Equal("active", await _world.StateAsync());

        await _world.Network.AttachAsync(RequestWorld.Msisdn);
        JsonElement ended = await AttachedAsync(waiting);

        Assert.Equal(("done", "suspended"), (ended.Text("status"), await _world.StateAsync()));
    }

    [Fact]
    public async Task S3_02_The_eligibility_says_whether_the_domain_is_there()
    {
        object body = new { service = "canteen", operation = "deploy", msisdn = RequestWorld.Msisdn };
        (_, JsonElement before) = await _world.Server.PostAsync("/api/v1/eligibility-checks", body);
        await _world.DoAsync("deploy");
        (_, JsonElement after) = await _world.Server.PostAsync("/api/v1/eligibility-checks", body);

        Assert.Contains("will be made", Found(before, "domain"), StringComparison.Ordinal);
        Assert.Equal("It is on the card.", Found(after, "domain"));
    }

    [Fact]
    public async Task A_provider_sees_its_own_requests_only_and_nothing_of_another()
    {
        (_, JsonElement own) = await _world.AskAsync("deploy");
        string globex = (await _world.Server.TokenAsync("provider", "globex")).Token;
        (int foreign, JsonElement refusal) = await _world.AskAsync("deploy", token: globex);
        (int ghost, JsonElement unknown) = await _world.AskAsync("deploy", service: "nothing", token: globex);
        (int shown, JsonElement answer) = await _world.SendAsync(globex, HttpMethod.Get, $"/api/v1/requests/{own.Text("id")}");
        (int cancelled, _) = await _world.SendAsync(globex, HttpMethod.Post, $"/api/v1/requests/{own.Text("id")}/cancel", new { });
        (_, JsonElement list) = await _world.SendAsync(globex, HttpMethod.Get, "/api/v1/requests");
        (_, JsonElement operators) = await _world.Server.GetAsync("/api/v1/requests");

        Assert.Equal((404, "SERVICE_UNKNOWN"), (foreign, refusal.Text("code")));
        Assert.Equal((ghost, unknown.Text("code")), (foreign, refusal.Text("code")));
        Assert.Equal((404, "REQUEST_UNKNOWN", 404), (shown, answer.Text("code"), cancelled));
        Assert.All(list.List("items"), r => Assert.Equal("globex", r.Text("requester")));
        Assert.DoesNotContain("lunch", list.ToString(), StringComparison.Ordinal);
        Assert.Contains(operators.List("items"), r => r.Text("requester") == "globex" && r.TryGetProperty("problem", out JsonElement p) && p.Text("code") == "PROVIDER_FOREIGN");
        await _world.EndAsync(own);
    }

    [Theory, InlineData("canteen"), InlineData("01"), InlineData(RequestWorld.ServiceAid)]
    public async Task What_is_anothers_is_answered_as_what_is_not_there_and_says_nothing_of_the_card(string foreign)
    {
        await _world.DoAsync("deploy");
        string globex = (await _world.Server.TokenAsync("provider", "globex")).Token;

        // Everything that is said of a service, but for what differs from one request to the next.
        async Task<string> SaidAsync(string service)
        {
            (_, JsonElement report) = await _world.SendAsync(
                globex, HttpMethod.Post, "/api/v1/eligibility-checks", new { service, operation = "suspend", msisdn = RequestWorld.Msisdn });
            (int status, JsonElement refusal) = await _world.AskAsync("suspend", service: service, token: globex);
            string id = refusal.List("evidence").Last().GetString()!["request ".Length..];
            (_, JsonElement request) = await _world.SendAsync(globex, HttpMethod.Get, $"/api/v1/requests/{id}");
            (_, JsonElement checks) = await _world.SendAsync(globex, HttpMethod.Get, $"/api/v1/requests/{id}/eligibility");
            (_, JsonElement events) = await _world.SendAsync(globex, HttpMethod.Get, "/api/v1/events");
            JsonElement told = events.List("items").Single(e => e.Text("request") == id);
            string all = $"{status} {report} {refusal} {request} {checks} {told.Text("kind")} {told.Text("text")} {told.GetProperty("details")} {told.TryGetProperty("card", out _)}";
            all = all.Replace(id, "ID", StringComparison.Ordinal).Replace(RequestWorld.Msisdn, "NUMBER", StringComparison.Ordinal);
            return Moments().Replace(all, "TIME").Replace(service, "SERVICE", StringComparison.Ordinal);
        }

        string said = await SaidAsync(foreign);

        Assert.Equal(await SaidAsync(foreign.Length == 2 ? "7F" : foreign.Length == 10 ? "F05453CAFF" : "nothing"), said);
        Assert.DoesNotContain(RequestWorld.Iccid, said, StringComparison.Ordinal);
        Assert.DoesNotContain("lunch", said, StringComparison.Ordinal);
        (int status, JsonElement anothers) = await _world.SendAsync(globex, HttpMethod.Get, $"/api/v1/requests?card={RequestWorld.OtherIccid}");
        (int ghost, JsonElement nobodys) = await _world.SendAsync(globex, HttpMethod.Get, "/api/v1/requests?card=8949000000000000091");
        Assert.Equal((200, 200, anothers.ToString()), (status, ghost, nobodys.ToString()));
    }

    [Fact]
    public async Task A_phone_asks_for_services_of_its_own_card_and_sees_its_own_requests()
    {
        (int status, JsonElement taken) = await _world.SendAsync(
            _world.Phone, HttpMethod.Post, "/api/v1/phone/requests", new { identifier = "01", operation = "deploy" }, "p-1");
        Assert.True(status == 202, taken.ToString());
        (int again, JsonElement same) = await _world.SendAsync(
            _world.Phone, HttpMethod.Post, "/api/v1/phone/requests", new { identifier = "01", operation = "deploy" }, "p-1");
        await _world.EndAsync(taken);
        string other = (await _world.Server.TokenAsync("phone", RequestWorld.OtherMsisdn)).Token;
        (int foreign, _) = await _world.SendAsync(other, HttpMethod.Get, $"/api/v1/phone/requests/{taken.Text("id")}");
        (int shown, JsonElement own) = await _world.SendAsync(_world.Phone, HttpMethod.Get, $"/api/v1/phone/requests/{taken.Text("id")}");
        (int rotate, JsonElement refused) = await _world.SendAsync(
            _world.Phone, HttpMethod.Post, "/api/v1/phone/requests", new { identifier = "01", operation = "rotateKeys" });

        Assert.Equal((202, taken.Text("id")), (again, same.Text("id")));
        Assert.Equal((404, 200, "done"), (foreign, shown, own.Text("status")));
        Assert.Equal((403, "OPERATION_NOT_FOR_SIDE"), (rotate, refused.Text("code")));
        Assert.Equal("active", await _world.StateAsync());
    }

    [Fact]
    public async Task A_request_is_called_off_while_the_card_is_off_and_what_was_allocated_is_released()
    {
        _world.Network.Detach(RequestWorld.Msisdn);
        (_, JsonElement taken) = await _world.AskAsync("deploy");
        await ProviderWorld.UntilAsync(
            () => _world.Server.GetAsync($"/api/v1/requests/{taken.Text("id")}"), seen => seen.Body.Text("status") == "running");

        (int status, _) = await _world.SendAsync(_world.Provider, HttpMethod.Post, $"/api/v1/requests/{taken.Text("id")}/cancel", new { });
        await _world.Network.AttachAsync(RequestWorld.Msisdn);
        JsonElement ended = await AttachedAsync(taken);
        (int late, JsonElement problem) = await _world.SendAsync(
            _world.Provider, HttpMethod.Post, $"/api/v1/requests/{(await _world.DoAsync("terminate")).Text("id")}/cancel", new { });

        Assert.Equal((202, "cancelled"), (status, ended.Text("status")));
        Assert.Equal((409, "REQUEST_ENDED"), (late, problem.Text("code")));
        await _world.AllocationsAsync("released");
    }

    [Fact]
    public async Task Two_agents_of_one_name_who_use_the_same_key_do_not_meet()
    {
        await _world.DoAsync("deploy");
        (string one, _) = await _world.Server.TokenAsync("customerService", null);
        (string two, _) = await _world.Server.TokenAsync("customerService", null);

        (int first, JsonElement ours) = await _world.AskAsync("suspend", key: "first", token: one);
        (int second, JsonElement theirs) = await _world.AskAsync("suspend", RequestWorld.OtherMsisdn, key: "first", token: two);

        Assert.Equal((202, 409), (first, second));
        Assert.Equal("SERVICE_NOT_ON_CARD", theirs.Text("code"));
        await _world.EndAsync(ours);
    }

    [Fact]
    public async Task The_same_key_rotates_the_keys_of_a_domain_once()
    {
        await _world.DoAsync("deploy");
        string path = $"/api/v1/cards/{RequestWorld.Iccid}/domains/lunch/rotate-keys";
        string operators = (await _world.Server.TokenAsync("operator", null)).Token;

        (int first, JsonElement job) = await _world.SendAsync(operators, HttpMethod.Post, path, new { }, "k-1");
        (int again, JsonElement same) = await _world.SendAsync(operators, HttpMethod.Post, path, new { }, "k-1");
        (int other, JsonElement second) = await _world.SendAsync(operators, HttpMethod.Post, path, new { }, "k-2");

        Assert.Equal((202, 202, 202), (first, again, other));
        Assert.Equal(job.Text("id"), same.Text("id"));
        Assert.NotEqual(job.Text("id"), second.Text("id"));
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT[^""]*", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Moments();

    private static IEnumerable<Part> Parts(Part part) => [part, .. part.Parts.SelectMany(Parts)];

    private async Task AssertInNoFileAsync(string key)
    {
        byte[] raw = Convert.FromHexString(key);
        foreach (string file in Directory.GetFiles(_world.Server.Folder, "tsm.db*"))
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            Assert.Equal(-1, content.ToArray().AsSpan().IndexOf(raw));
            Assert.DoesNotContain(key, System.Text.Encoding.Latin1.GetString(content.ToArray()), StringComparison.OrdinalIgnoreCase);
        }
    }

    private static string Found(JsonElement report, string check) => report.List("checks").Single(c => c.Text("name") == check).Text("found");

    private Task<JsonElement> AttachedAsync(JsonElement request) => _world.EndAsync(request);
}
