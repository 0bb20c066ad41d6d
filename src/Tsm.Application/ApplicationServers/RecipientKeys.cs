using System.Security.Cryptography;
using Tsm.Application.AuditTrail;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Hpke;

namespace Tsm.Application.ApplicationServers;

/// <summary>The key pair of each tenant for which application servers encrypt; made when it is needed for the first time.</summary>
public sealed class RecipientKeys(IBooks books, IKeyVault vault, TimeProvider time)
{
    private static readonly Actor Maker = new(ActorKind.Policy, "recipient-key");

    /// <summary>The key pair, the private key sealed.</summary>
    public async Task<RecipientKey> GetAsync(string tenant, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await books.FindAsync<RecipientKey>(tenant, RecipientKey.TheOne, cancellationToken) is { } found)
            {
                return found.Document;
            }

            // Of several nodes that make one at the same time, the first wins and the others read it.
            RecipientKey made = Make(tenant);
            await books.SaveAsync(
                tenant,
                made,
                expected: 0,
                AuditEntries.BookSaved(time.GetUtcNow(), Maker, made, "The key for which application servers encrypt was made."),
                cancellationToken);
        }
    }

    /// <summary>Opens the private key for the moment of its use; dispose it after.</summary>
    public ECDiffieHellman Open(string tenant, RecipientKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        byte[] octets = vault.Unseal(RecipientKey.Place(tenant), key.PrivateKey);
        var opened = ECDiffieHellman.Create();
        try
        {
            opened.ImportPkcs8PrivateKey(octets, out _);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    private RecipientKey Make(string tenant)
    {
        using var key = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] octets = key.ExportPkcs8PrivateKey();
        try
        {
            return new() { PublicKey = Octets.Own(HpkeEnvelope.PublicKeyOf(key)), PrivateKey = vault.Seal(RecipientKey.Place(tenant), octets) };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(octets);
        }
    }
}
