using Tsm.Application.ApplicationServers;

namespace Tsm.Server.Contracts;

/// <summary>Declares an application server.</summary>
/// <param name="Name">Its name: lower-case letters, digits and hyphens, 2 to 32 characters.</param>
/// <param name="Url">Where it is: https, or http on this machine.</param>
/// <param name="Services">The services it serves; all that name it when absent.</param>
/// <param name="Secret">The secret that both sides know, 16 to 64 octets, hexadecimal; one is made when absent.</param>
/// <param name="TimeoutSeconds">How long an answer may take, 1 to 60; 5 when absent.</param>
/// <param name="Description">What anybody may know of it.</param>
public sealed record ApplicationServerBody(
    string? Name, string? Url, IReadOnlyList<string>? Services, string? Secret, int? TimeoutSeconds, string? Description);

/// <summary>An application server; its secret is never shown again.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where it is.</param>
/// <param name="Services">The services it serves; empty for all that name it.</param>
/// <param name="TimeoutSeconds">How long an answer may take.</param>
/// <param name="Description">What anybody may know of it.</param>
/// <param name="PublicKey">The key for which it encrypts values: an uncompressed point of P-256, hexadecimal.</param>
/// <param name="CreatedAt">When it was declared first.</param>
/// <param name="Secret">The secret that was made, shown this once.</param>
public sealed record ApplicationServerDetails(
    string Name,
    string Url,
    IReadOnlyList<string> Services,
    int TimeoutSeconds,
    string Description,
    string PublicKey,
    DateTimeOffset CreatedAt,
    string? Secret)
{
    /// <summary>The server as the API shows it.</summary>
    public static ApplicationServerDetails From(ApplicationServer server, RecipientKey key, string? secret = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(key);
        return new(
            server.Id, server.Url, server.Services.IsDefault ? [] : server.Services, server.TimeoutSeconds, server.Description, key.PublicKey.ToString(), server.CreatedAt, secret);
    }
}
