using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Hpke;
using Tsm.Security.Keys;
using Tsm.Simulator.Cards;
using Tsm.Tests.Server;

namespace Tsm.Tests.Requests;

/// <summary>In the authorized mode the provider gets the keys of its domain, sealed for itself, and the carrier can still end it.</summary>
public sealed class KeyHandOverTests
{
    [Fact]
    public async Task An_authorized_provider_gets_the_keys_of_its_domain_and_nobody_else_does()
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        (int status, JsonElement? amended) = await world.Server.AsAsync(
            null, HttpMethod.Put, "/api/v1/contracts/lunch-1", new { mode = "authorized" }, "\"1\"");
        Assert.True(status == 200, amended.ToString());
        (status, JsonElement taken) = await world.Server.PostAsync("/api/v1/requests", new { service = "canteen", operation = "download", msisdn = RequestWorld.Msisdn });
        Assert.True(status == 202, taken.ToString());
        Assert.Equal("done", (await world.EndAsync(taken)).Text("status"));
        using var recipient = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        string path = $"/api/v1/cards/{RequestWorld.Iccid}/domains/lunch/hand-over";
        object body = new { publicKey = Convert.ToHexString(HpkeEnvelope.PublicKeyOf(recipient)) };

        (status, JsonElement answer) = await world.SendAsync(world.Provider, HttpMethod.Post, path, body);

        Assert.True(status == 200, answer.ToString());
        int version = answer.GetProperty("keySet").GetProperty("version").GetInt32();
        var envelope = new HpkeEnvelope(Octets.Parse(answer.Text("encapsulated")), Octets.Parse(answer.Text("ciphertext")));
        Assert.True(envelope.TryOpen(
            recipient,
            Encoding.ASCII.GetBytes("tsm-domain-keys-1"),
            Encoding.ASCII.GetBytes($"{RequestWorld.Iccid}/{answer.Text("domain")}/{version}"),
            out byte[]? keys));
        CardKeySet onCard = Assert.Single(world.Network.Card(RequestWorld.Msisdn).Environment.FindDomain(Aid.Parse(answer.Text("domain")))!.KeySets);
        using KeyMaterial kic = KeyMaterial.From(keys.AsSpan(1, keys![0]), KeyAlgorithm.Aes);
        using KeyMaterial kid = KeyMaterial.From(keys.AsSpan(2 + keys[0], keys[0]), KeyAlgorithm.Aes);
        Assert.Equal((onCard.Version, onCard.KicCheckValue, onCard.KidCheckValue), (version, kic.ToString(), kid.ToString()));

        (string other, _) = await world.Server.TokenAsync("provider", "globex");
        (int foreign, JsonElement refusal) = await world.SendAsync(other, HttpMethod.Post, path, body);
        (int ghost, JsonElement unknown) = await world.SendAsync(other, HttpMethod.Post, path.Replace("lunch", "nobody", StringComparison.Ordinal), body);
        Assert.Equal((404, 404, $"{refusal}".Replace("lunch", "nobody", StringComparison.Ordinal)), (foreign, ghost, $"{unknown}"));
        Assert.Equal(400, (await world.SendAsync(world.Provider, HttpMethod.Post, path, new { publicKey = "0400" })).Status);
        (int rotated, JsonElement keysAreTheirs) = await world.Server.PostAsync(path.Replace("hand-over", "rotate-keys", StringComparison.Ordinal), new { });
        Assert.Equal((409, "MODE_WRONG"), (rotated, keysAreTheirs.Text("code")));
        (status, JsonElement second) = await world.Server.PostAsync("/api/v1/contracts", new { id = "lunch-2", provider = "lunch", mode = "simple" });
        Assert.True(status == 201, second.ToString());
        (rotated, keysAreTheirs) = await world.AskAsync("rotateKeys");
        Assert.Equal((409, "MODE_WRONG"), (rotated, keysAreTheirs.Text("code")));
        JsonElement trail = (await world.Server.GetAsync("/api/v1/audit-trail?action=book.saved&limit=100")).Body;
        Assert.Contains(trail.List("items"), e => e.ToString().Contains("handed to the provider", StringComparison.Ordinal));

        // What the provider does with them is its own; the carrier ends it all the same.
        (_, taken) = await world.Server.PostAsync("/api/v1/requests", new { service = "canteen", operation = "terminate", msisdn = RequestWorld.Msisdn });
        Assert.Equal("done", (await world.EndAsync(taken)).Text("status"));
        Assert.Empty(world.Network.Card(RequestWorld.Msisdn).Content.Instances);
    }

    [Fact]
    public async Task Where_the_server_commands_a_domain_its_keys_stay()
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        await world.DoAsync("deploy");
        using var recipient = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

        (int status, JsonElement answer) = await world.SendAsync(
            world.Provider,
            HttpMethod.Post,
            $"/api/v1/cards/{RequestWorld.Iccid}/domains/lunch/hand-over",
            new { publicKey = Convert.ToHexString(HpkeEnvelope.PublicKeyOf(recipient)) });

        Assert.Equal((409, "MODE_WRONG"), (status, answer.Text("code")));
    }

    [Fact]
    public async Task What_is_extradited_goes_into_the_domain_that_is_there_and_makes_none_in_a_mode_that_nobody_has_named()
    {
        await using RequestWorld world = await RequestWorld.StartAsync();
        await world.DoAsync("deploy");
        (int made, JsonElement contract) = await world.Server.PostAsync("/api/v1/contracts", new { id = "a-lunch", provider = "lunch", mode = "authorized" });
        Assert.True(made == 201, contract.ToString());

        (int there, JsonElement job) = await world.Server.PostAsync($"/api/v1/cards/{RequestWorld.Iccid}/domains/lunch/extradite", new { application = "hello" });
        (int status, JsonElement problem) = await world.Server.PostAsync($"/api/v1/cards/{RequestWorld.OtherIccid}/domains/lunch/extradite", new { application = "hello" });

        Assert.True(there == 202, job.ToString());
        Assert.Equal((409, "MODE_UNCLEAR"), (status, problem.Text("code")));
        Assert.Equal(["contract a-lunch: authorized", "contract lunch-1: simple"], problem.List("evidence").Select(e => e.GetString()).Order(StringComparer.Ordinal));
    }
}
