using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Tsm.Tests.Server;

/// <summary>The API speaks TLS by itself, with a certificate in PEM whose key is in the same file or in one of its own.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tsm-tls-");
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _certificate;

    public TlsTests()
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        var request = new CertificateRequest("CN=127.0.0.1", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Answers_over_TLS_with_the_certificate_it_was_given(bool keyApart)
    {
        string certificate = Write("server.pem", _certificate.ExportCertificatePem() + (keyApart ? "" : "\n" + _key.ExportPkcs8PrivateKeyPem()));
        List<(string, string)> options = [("urls", "https://127.0.0.1:0"), ("TlsCertificate", certificate)];
        if (keyApart)
        {
            options.Add(("TlsKey", Write("server.key", _key.ExportPkcs8PrivateKeyPem())));
        }

        await using RunningServer server = await RunningServer.StartAsync([.. options]);
        var trusting = new SocketsHttpHandler
        {
            SslOptions =
            {
                CertificateChainPolicy = new()
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    CustomTrustStore = { _certificate },
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            },
        };
        using var client = new HttpClient(trusting) { BaseAddress = server.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = server.Client.DefaultRequestHeaders.Authorization;
        using HttpResponseMessage answer = await client.GetAsync("/api/v1/cards");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        HttpRequestException distrust = await Assert.ThrowsAsync<HttpRequestException>(() => server.Client.GetAsync("/api/v1/cards"));
        Assert.Equal(HttpRequestError.SecureConnectionError, distrust.HttpRequestError);
    }

    [Fact]
    public async Task A_key_of_another_certificate_is_named_at_the_start()
    {
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string certificate = Write("server.pem", _certificate.ExportCertificatePem());
        string key = Write("server.key", other.ExportPkcs8PrivateKeyPem());

        Exception refused = await Assert.ThrowsAnyAsync<Exception>(
            () => RunningServer.StartAsync(("urls", "https://127.0.0.1:0"), ("TlsCertificate", certificate), ("TlsKey", key)));

        Assert.Contains("--tls-certificate", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE", refused.ToString(), StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
