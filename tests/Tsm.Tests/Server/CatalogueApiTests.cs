using System.Net.Http.Json;
using System.Text.Json;
using Tsm.Application.Cards;
using Tsm.Card.CapFiles;
using Tsm.Card.Scripts;
using Tsm.Server.Hosting;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Server;

/// <summary>Applications and card models through the API.</summary>
public sealed class CatalogueApiTests : IAsyncLifetime
{
    private RunningServer _server = null!;

    public async Task InitializeAsync() => _server = await RunningServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task An_application_is_uploaded_once_and_found_by_id_AID_and_name()
    {
        (int created, JsonElement first) = await _server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello");
        (int again, JsonElement second) = await _server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=other");

        Assert.Equal((201, 200), (created, again));
        Assert.Equal((first.Text("id"), "hello"), (second.Text("id"), second.Text("name")));
        Assert.All(first.List("compatibility"), c => Assert.True(c.GetProperty("ok").GetBoolean(), c.ToString()));
        foreach (string name in new[] { first.Text("id"), "F0546D5301", "Hello" })
        {
            (int status, JsonElement found) = await _server.GetAsync($"/api/v1/applications/{name}");
            Assert.Equal((200, first.Text("id")), (status, found.Text("id")));
        }
    }

    [Fact]
    public async Task A_CAP_file_that_is_none_is_refused_by_the_layer_cap()
    {
        (int status, JsonElement problem) = await _server.UploadAsync("no ZIP"u8.ToArray());

        Assert.Equal((422, "cap", "CAP_INVALID"), (status, problem.Text("layer"), problem.Text("code")));
        Assert.Contains("offset", problem.List("evidence").Single().GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lists_are_paged()
    {
        string[] packages = ["F0546D5311", "F0546D5312", "F0546D5313"];
        foreach (string package in packages)
        {
            await _server.UploadAsync(Applet(package).Memory);
        }

        (_, JsonElement first) = await _server.GetAsync("/api/v1/applications?limit=2");
        (_, JsonElement second) = await _server.GetAsync($"/api/v1/applications?limit=2&cursor={first.Text("next")}");

        Assert.Equal(packages, first.List("items").Concat(second.List("items")).Select(a => a.Text("packageAid")));
        Assert.False(second.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task Two_applications_of_one_name_have_to_be_told_apart()
    {
        await _server.UploadAsync(Applet("F0546D5311").Memory, "?name=twin");
        await _server.UploadAsync(Applet("F0546D5312").Memory, "?name=twin");

        (int status, JsonElement problem) = await _server.GetAsync("/api/v1/applications/twin");

        Assert.Equal((422, "APPLICATION_AMBIGUOUS"), (status, problem.Text("code")));
        Assert.Equal(2, problem.GetProperty("evidence").GetArrayLength());
    }

    [Fact]
    public async Task The_built_in_models_are_there_and_a_new_one_is_read_back_as_it_was_written()
    {
        (_, JsonElement list) = await _server.GetAsync("/api/v1/card-models");
        Assert.Equal(
            ["uicc-3des", "uicc-3des3", "uicc-aes", "uicc-aes-expanded", "uicc-aes256", "uicc-small"],
            list.List("items").Select(m => m.Text("name")).Order(StringComparer.Ordinal));

        JsonElement model = list.List("items").Single(m => m.Text("name") == "uicc-aes-expanded");
        var changed = JsonSerializer.Deserialize<Dictionary<string, object>>(model)!;
        changed["name"] = "uicc-mine";
        changed["memory"] = 4096;
        changed["firstDomainKeys"] = "storeData";
        changed["keyLayout"] = "lengthWhenPadded";
        changed["applicationTable"] = true;
        (int saved, _) = await _server.SendAsync(HttpMethod.Put, "/api/v1/card-models/uicc-mine", JsonContent.Create(changed));
        (_, JsonElement read) = await _server.GetAsync("/api/v1/card-models/uicc-mine");

        Assert.Equal(("putKey", "lengthAlways"), (model.Text("firstDomainKeys"), model.Text("keyLayout")));
        Assert.Equal(200, saved);
        Assert.Equal(JsonSerializer.Serialize(changed), JsonSerializer.Serialize(read));
    }

    [Fact]
    public async Task Every_wrong_field_of_a_model_is_named()
    {
        var wrong = new { algorithm = "tripleDes", keyLength = 32, checksumLength = 4, spi = "16", ramTar = "00", maxLoadBlock = 256, packages = new[] { new { aid = "A0", version = "1" } } };

        (int status, JsonElement problem) = await _server.SendAsync(HttpMethod.Put, "/api/v1/card-models/Upper", JsonContent.Create(wrong));

        Assert.Equal((422, "CARD_MODEL_INVALID"), (status, problem.Text("code")));
        Assert.Equal(
            ["name", "keyLength", "checksumLength", "spi", "ramTar", "maxLoadBlock", "packages"],
            problem.List("errors").Select(e => e.Text("column")));
    }

    [Fact]
    public async Task Domain_keys_that_cannot_say_how_long_checksums_are_go_with_those_of_eight_octets_only()
    {
        async Task<(int, string)> PutAsync(string road, int checksum)
        {
            var model = new { algorithm = "aes", checksumLength = checksum, firstDomainKeys = road };
            (int status, JsonElement answer) = await _server.SendAsync(HttpMethod.Put, "/api/v1/card-models/checksums", JsonContent.Create(model));
            return (status, status == 200 ? "" : answer.List("errors").Single().Text("column"));
        }

        Assert.Equal((422, "firstDomainKeys"), await PutAsync("storeData", 4));
        Assert.Equal((200, ""), await PutAsync("storeData", 8));
        Assert.Equal((200, ""), await PutAsync("putKey", 4));
    }

    [Theory]
    [InlineData("uicc-aes", "aes"), InlineData("uicc-3des", "3des"), InlineData("uicc-small", "small")]
    [InlineData("uicc-aes256", "aes256"), InlineData("uicc-3des3", "3des3"), InlineData("uicc-aes-expanded", "aes-expanded")]
    public void What_a_built_in_model_promises_the_simulated_card_has(string model, string profile)
    {
        CardModel promised = BuiltInCardModels.All.Single(m => m.Name == model);
        CardProfile card = CardProfiles.Get(profile);

        Assert.True(card.Memory >= promised.Memory, $"The card has {card.Memory} octets.");
        Assert.Equal(card.MaxSegments, promised.MaxSegments);
        Assert.Equal(
            promised.ScriptFormat == ScriptFormat.Expanded ? card.ExpandedTar : card.Tar, promised.RamTar);
        Assert.Equal(
            card.Packages.Select(p => $"{p.Aid} {p.Version.Major}.{p.Version.Minor}").Order(StringComparer.Ordinal),
            promised.Packages.Select(p => p.ToString()).Order(StringComparer.Ordinal));
    }

    private static Tsm.Card.Encoding.Octets Applet(string package) => new CapBuilder
    {
        PackageAid = Tsm.Card.Identifiers.Aid.Parse(package),
        Name = "tsm.test.applet",
        Applets = [new(Tsm.Card.Identifiers.Aid.Parse(package + "0101"), 10)],
    }.Build();
}
