using System.Security.Cryptography;
using System.Text.Json;
using Tsm.Card.CapFiles;
using Tsm.Security.Keys;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Server;

/// <summary>An application through its whole life on a card of each built-in model: through the API, over SMPP, to a simulated card and back.</summary>
public sealed class CardModelsEndToEndTests
{
    private const string Iccid = "8949000000000000018";
    private const string Msisdn = "491700000001";

    [Theory]
    [InlineData("uicc-aes", "aes", KeyAlgorithm.Aes, 16)]
    [InlineData("uicc-3des", "3des", KeyAlgorithm.TripleDes, 16)]
    [InlineData("uicc-small", "small", KeyAlgorithm.Aes, 16)]
    [InlineData("uicc-aes256", "aes256", KeyAlgorithm.Aes, 32)]
    [InlineData("uicc-3des3", "3des3", KeyAlgorithm.TripleDes, 24)]
    [InlineData("uicc-aes-expanded", "aes-expanded", KeyAlgorithm.Aes, 16)]
    public async Task An_application_lives_on_a_card_of_the_model_with_proof(string model, string profile, KeyAlgorithm algorithm, int keyLength)
    {
        string kic = Convert.ToHexString(RandomNumberGenerator.GetBytes(keyLength)), kid = Convert.ToHexString(RandomNumberGenerator.GetBytes(keyLength));
        await using CardNetwork network = CardNetwork.Start(Iccid, Msisdn, kic, kid, CardProfiles.Get(profile), algorithm);
        await using RunningServer server = await RunningServer.StartAsync(network.Configuration);
        (int status, JsonElement answer) = await server.ImportAsync($"iccid,msisdn,model,kvn,kic,kid,dek\n{Iccid},{Msisdn},{model},1,{kic},{kid},{kic}\n");
        Assert.True(status == 200, answer.ToString());
        await server.UploadAsync(CapBuilder.SampleApplet().Memory, "?name=hello");

        foreach ((string operation, string state) in new[]
            { ("install", "INSTALLED"), ("activate", "SELECTABLE"), ("suspend", "LOCKED (SELECTABLE)"), ("resume", "SELECTABLE"), ("audit", "SELECTABLE"), ("terminate", "") })
        {
            JsonElement job = await RunAsync(server, operation);

            Assert.Equal((operation, "done", "proven"), (operation, job.Text("status"), job.Text("grade")));
            (_, JsonElement card) = await server.GetAsync($"/api/v1/cards/{Iccid}");
            Assert.Equal(state, string.Concat(card.List("contents").Where(c => c.Text("kind") == "application").Select(c => c.Text("confirmed"))));
        }

        using KeySet keys = new(1, KeyMaterial.From(Convert.FromHexString(kic), algorithm), KeyMaterial.From(Convert.FromHexString(kid), algorithm), null);
        (_, JsonElement last) = await server.GetAsync($"/api/v1/cards/{Iccid}");
        JsonElement set = last.List("keySets").Single();
        Assert.Equal((keys.Kic.ToString(), keys.Kid.ToString()), (set.Text("kicCheckValue"), set.Text("kidCheckValue")));
        Assert.Empty(last.List("contents"));
        Assert.Empty(network.Account.CounterReused);
        Assert.Empty(network.Account.ExecutedTwice);
    }

    private static async Task<JsonElement> RunAsync(RunningServer server, string operation)
    {
        string? application = operation == "audit" ? null : "hello";
        (int status, JsonElement answer) = await server.PostAsync("/api/v1/jobs", new { operation, cards = new[] { Iccid }, application });
        Assert.True(status == 202, answer.ToString());
        string id = answer.List("jobs").Single().Text("id");

        // The card answers at once; the limit only ends a test that fails.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            (_, JsonElement job) = await server.GetAsync($"/api/v1/jobs/{id}");
            if (job.Text("status") is not ("queued" or "running"))
            {
                return job;
            }

            await Task.Delay(20, limit.Token);
        }
    }
}
