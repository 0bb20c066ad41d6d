using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Tsm.Application.Applications;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Card.CapFiles;
using Tsm.Tests.Application.Services;
using Tsm.Tests.Card.CapFiles;
using Tsm.Tests.Requests;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Server;

/// <summary>Which load files are whose, and which cards they fit.</summary>
public sealed class ServiceMatrixTests : IAsyncLifetime
{
    private RunningServer _server = null!;
    private string _acme = "", _globex = "";

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.ProviderAsync("acme");
        await _server.ProviderAsync("globex");
        _acme = (await _server.TokenAsync("provider", "acme")).Token;
        _globex = (await _server.TokenAsync("provider", "globex")).Token;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_load_file_is_its_providers_and_the_carriers()
    {
        JsonElement uploaded = await _server.UploadAsAsync(_acme, "wallet", "F0546D5308");

        Assert.Equal("wallet; ; wallet", $"{await SeenAsync(_acme)}; {await SeenAsync(_globex)}; {await SeenAsync(null)}");
        (int status, JsonElement? problem) = await _server.AsAsync(_globex, HttpMethod.Get, $"/api/v1/applications/{uploaded.Text("id")}");
        Assert.Equal((404, "APPLICATION_UNKNOWN"), (status, problem!.Value.Text("code")));
    }

    [Fact]
    public async Task The_same_content_of_two_providers_has_the_name_that_each_has_given_it()
    {
        JsonElement first = await _server.UploadAsAsync(_acme, "wallet", "F0546D5308");
        JsonElement second = await _server.UploadAsAsync(_globex, "purse", "F0546D5308");

        Assert.Equal((first.Text("id"), "purse"), (second.Text("id"), second.Text("name")));
        Assert.Equal("wallet; purse", $"{await SeenAsync(_acme)}; {await SeenAsync(_globex)}");
    }

    [Fact]
    public async Task What_the_carrier_had_before_stays_the_carriers()
    {
        await _server.UploadAsAsync(null, "shared", "F0546D5308");
        await _server.UploadAsAsync(_acme, "wallet", "F0546D5308");

        // An applet of the carrier is nobody's but the carrier's; only its libraries are for all.
        Assert.Equal("wallet; ; shared", $"{await SeenAsync(_acme)}; {await SeenAsync(_globex)}; {await SeenAsync(null)}");
    }

    [Fact]
    public async Task What_the_carrier_calls_a_load_file_is_what_it_finds_it_by()
    {
        await _server.UploadAsAsync(_acme, "wallet", "F0546D5308");
        await _server.UploadAsAsync(null, "purse", "F0546D5308");

        Assert.Equal("wallet; purse", $"{await SeenAsync(_acme)}; {await SeenAsync(null)}");
        Assert.Equal(200, (await _server.GetAsync("/api/v1/applications/purse")).Status);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_providers_library_stays_its_own_whenever_the_server_dies(bool after)
    {
        IServiceProvider services = _server.Services;
        bool died = true;
        for (int step = 1; died; step++)
        {
            var fuse = new Fuse();
            var dying = new ApplicationShelf(services.GetRequiredService<IBooks>(), fuse.Guard(services.GetRequiredService<ICatalogueStore>()));
            CatalogueApplication library = Offers.LoadFile($"library-{step}", $"F0546D54{step:X2}", library: true);
            fuse.Set(step, after);
            try
            {
                await dying.AddAsync("default", "acme", library, Actor.FirstStart, CancellationToken.None);
                died = false;
            }
            catch (ProcessDiedException)
            {
                // It is started again, with the fuse out.
            }
            finally
            {
                fuse.Set(int.MaxValue, after);
            }

            // Others bring the same, or it is brought again: a third sees nothing of it.
            await dying.AddAsync("default", "globex", library, Actor.FirstStart, CancellationToken.None);
            await dying.AddAsync("default", "acme", library, Actor.FirstStart, CancellationToken.None);
            Assert.Contains(library.Name, (await dying.SeenAsync("default", "acme", CancellationToken.None)).Select(a => a.Name));
            Assert.DoesNotContain(library.Name, (await dying.SeenAsync("default", "initech", CancellationToken.None)).Select(a => a.Name));
        }
    }

    [Fact]
    public async Task A_provider_cannot_use_the_load_file_of_another()
    {
        JsonElement theirs = await _server.UploadAsAsync(_globex, "secret-wallet", "F0546D5308");
        await _server.ServiceAsync(new { id = "canteen", provider = "acme", name = "Canteen" });

        (int status, JsonElement? problem) = await _server.AsAsync(
            _acme, HttpMethod.Post, "/api/v1/services/canteen/versions", new { version = "1.0", application = theirs.Text("id") });

        Assert.Equal((422, "APPLICATION_UNKNOWN"), (status, problem!.Value.List("errors").Single().Text("code")));
        Assert.DoesNotContain("secret-wallet", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_is_shown_on_every_card_model_with_reasons()
    {
        await _server.UploadAsAsync(null, "hello", CapBuilder.SampleApplet().Memory);
        await _server.ServiceAsync(new { id = "canteen", provider = "acme", name = "Canteen" });
        await _server.VersionAsync("canteen", new { version = "1.0", application = "hello", personalisation = new[] { new { id = "0101", content = new string('0', 900) } } });

        (_, JsonElement matrix) = await _server.GetAsync("/api/v1/services/canteen/compatibility");
        (_, JsonElement mine) = await AsAsync(_acme, "/api/v1/services/canteen/compatibility?version=1.0");

        JsonElement version = matrix.List("versions").Single();
        Assert.Equal(("1.0", "pending", 6), (version.Text("version"), version.Text("state"), version.List("models").Count()));
        JsonElement small = version.List("models").Single(m => m.Text("model") == "uicc-small"), aes = version.List("models").Single(m => m.Text("model") == "uicc-aes");
        Assert.True(aes.GetProperty("ok").GetBoolean(), aes.ToString());
        Assert.False(small.GetProperty("ok").GetBoolean());
        JsonElement finding = small.List("findings").Single();
        Assert.Equal(("PERSONALISATION_TOO_LONG", "provider", "455 octets"), (finding.Text("code"), finding.Text("fixedBy"), finding.Text("found")));
        Assert.Equal(matrix.ToString(), mine.ToString());
    }

    [EtsiTheory]
    [InlineData("api_1_cont.cap"), InlineData("api_1_fvw_stat.cap"), InlineData("api_2_bte_gvle.cap"), InlineData("api_2_erh_aptlbs.cap")]
    [InlineData("api_2_prh_facrbbs_bss.cap"), InlineData("api_2_prh_find.cap"), InlineData("cre_apt_edcc.cap"), InlineData("cre_apt_efca.cap")]
    [InlineData("cre_tin_prlv_12.cap")]
    public async Task S1_03_A_real_CAP_file_becomes_a_version_whose_library_is_found(string file)
    {
        JsonElement util = await _server.UploadAsAsync(null, "util", await ReadAsync("util.cap"));
        JsonElement cap = await _server.UploadAsAsync(_acme, "test", await ReadAsync(file));
        await _server.ServiceAsync(new { id = "test", provider = "acme", name = "Test" });

        (int status, JsonElement? service) = await _server.AsAsync(
            _acme, HttpMethod.Post, "/api/v1/services/test/versions", new { version = "1.0", application = "test", module = cap.List("applets").First().GetString() });
        Assert.True(status == 201, service.ToString());

        JsonElement version = service!.Value.List("versions").Single();
        bool needs = cap.List("imports").Any(i => i.Text("aid") == util.Text("packageAid"));
        Assert.Equal(needs ? [util.Text("id")] : [], version.List("libraries").Select(l => l.GetString()));
        (_, JsonElement matrix) = await _server.GetAsync("/api/v1/services/test/compatibility");
        JsonElement[] models = [.. matrix.List("versions").Single().List("models")];
        Assert.True(models.Single(m => m.Text("model") == "uicc-aes").GetProperty("ok").GetBoolean(), matrix.ToString());
        Assert.All(models.SelectMany(m => m.List("findings")), f => Assert.All(["reason", "expected", "found", "fixedBy"], name => Assert.NotEmpty(f.Text(name))));
    }

    [EtsiTheory, InlineData("cre_tin_prlv_8.cap", "cre_tin_prlv_8b.cap")]
    public async Task A_real_library_is_named_when_it_is_missing_and_found_when_it_is_there(string library, string applet)
    {
        await _server.UploadAsAsync(null, "util", await ReadAsync("util.cap"));
        JsonElement cap = await _server.UploadAsAsync(_acme, "test", await ReadAsync(applet));
        await _server.ServiceAsync(new { id = "test", provider = "acme", name = "Test" });
        var wanted = new { version = "1.0", application = "test", module = cap.List("applets").First().GetString() };

        (int refused, JsonElement? missing) = await _server.AsAsync(_acme, HttpMethod.Post, "/api/v1/services/test/versions", wanted);
        JsonElement uploaded = await _server.UploadAsAsync(_acme, "library", await ReadAsync(library));
        (int taken, JsonElement? service) = await _server.AsAsync(_acme, HttpMethod.Post, "/api/v1/services/test/versions", wanted);

        JsonElement fault = missing!.Value.List("errors").Single();
        Assert.Equal((422, "IMPORT_MISSING", 201), (refused, fault.Text("code"), taken));
        Assert.Contains(uploaded.Text("packageAid"), fault.Text("problem"), StringComparison.Ordinal);
        Assert.Contains(uploaded.Text("id"), service!.Value.List("versions").Single().List("libraries").Select(l => l.GetString()));
    }

    private static Task<byte[]> ReadAsync(string file) => File.ReadAllBytesAsync(Path.Combine(Repository.EtsiCaps!, file));

    private async Task<string> SeenAsync(string? token)
    {
        (_, JsonElement? list) = await _server.AsAsync(token, HttpMethod.Get, "/api/v1/applications");
        return string.Join(", ", list!.Value.List("items").Select(a => a.Text("name")));
    }

    private async Task<(int Status, JsonElement Body)> AsAsync(string token, string path)
    {
        (int status, JsonElement? body) = await _server.AsAsync(token, HttpMethod.Get, path);
        return (status, body!.Value);
    }
}
