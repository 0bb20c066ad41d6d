using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Tsm.Server.Options;

namespace Tsm.Server.Hosting;

/// <summary>TLS of the API itself, where no reverse proxy stands before it.</summary>
internal static class TlsSetup
{
    public static void AddTls(this WebApplicationBuilder builder, ServerOptions options)
    {
        if (options.TlsCertificate is not { } file)
        {
            return;
        }

        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(file, options.TlsKey ?? file);
            builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.ConfigureHttpsDefaults(https =>
            {
                https.ServerCertificate = certificate;
                https.ServerCertificateChain = chain;
            }));
        }
        catch (Exception unreadable) when (unreadable is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            // It is the sentence that helps; the key is in none of the two.
            throw new InvalidDataException(
                $"--tls-certificate {file}: the certificate and its private key cannot be read, or do not belong together: {unreadable.Message} "
                    + "Both are PEM; --tls-key names the file of the key where it is another.",
                unreadable);
        }
    }
}
