using System.Net;
using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Webhooks;

namespace Tsm.Tests.Application.Webhooks;

/// <summary>Where webhooks may lead, and how their messages are signed.</summary>
public sealed class WebhookAddressesTests
{
    private static readonly WebhookAddresses Public = new(Loopback: false, Private: false);
    private static readonly WebhookAddresses Local = new(Loopback: true, Private: false);
    private static readonly WebhookAddresses All = new(Loopback: true, Private: true);

    [Theory]
    [InlineData("https://provider.example/x", true, true, true)]
    [InlineData("http://provider.example/x", false, false, false)]
    [InlineData("ftp://provider.example/x", false, false, false)]
    [InlineData("https://user:word@provider.example/x", false, false, false)]
    [InlineData("http://127.0.0.1:8080/x", false, true, true)]
    [InlineData("http://localhost/x", false, true, true)]
    [InlineData("https://[::1]/x", false, true, true)]
    [InlineData("https://10.1.2.3/x", false, false, true)]
    [InlineData("https://172.31.0.1/x", false, false, true)]
    [InlineData("https://192.168.1.1/x", false, false, true)]
    [InlineData("https://169.254.169.254/latest", false, false, true)]
    [InlineData("https://100.64.0.1/x", false, false, true)]
    [InlineData("https://[fd00::1]/x", false, false, true)]
    [InlineData("https://[fe80::1]/x", false, false, true)]
    [InlineData("https://8.8.8.8/x", true, true, true)]
    public void A_URL_is_taken_where_it_cannot_knock_at_doors_inside(string url, bool isPublic, bool local, bool all)
    {
        Assert.Equal(isPublic, Public.Fault(new(url)) is null);
        Assert.Equal(local, Local.Fault(new(url)) is null);
        Assert.Equal(all, All.Fault(new(url)) is null);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_found_out_when_it_is_written_to()
    {
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(
            async () => await Public.ConnectAsync(new DnsEndPoint("localhost", 1), CancellationToken.None));

        Assert.Contains("no address outside", refused.Message, StringComparison.Ordinal);
        Assert.False(Public.IsTaken(IPAddress.Parse("::ffff:10.0.0.1")));
    }

    [Fact]
    public void The_signature_covers_the_time_and_the_body()
    {
        byte[] secret = "whsec_x"u8.ToArray();
        var at = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

        string expected = Convert.ToHexStringLower(HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes("1700000000.{}")));

        Assert.Equal($"t=1700000000,v1={expected}", WebhookMessage.Sign(secret, at, "{}"));
    }

    [Fact]
    public void Pauses_grow_to_an_hour()
    {
        var options = new WebhookOptions();

        Assert.Equal([5, 10, 20, 40, 80], Enumerable.Range(1, 5).Select(a => (int)options.PauseAfter(a).TotalSeconds));
        Assert.Equal(TimeSpan.FromHours(1), options.PauseAfter(1000));
        Assert.True(options.IsRight);
    }
}
