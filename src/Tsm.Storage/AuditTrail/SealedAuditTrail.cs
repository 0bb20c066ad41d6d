using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.AuditTrail;
using Tsm.Storage.Rows;
using Tsm.Storage.Vault;

namespace Tsm.Storage.AuditTrail;

/// <summary>Chains and signs the audit trails of a database, and reads them back.</summary>
/// <remarks>
/// A sealer goes on from the last signed head even when that has been tampered with: what happened since is worth being
/// sealed, and the broken place stays to be found, because heads are numbered and each is signed.
/// </remarks>
internal sealed class SealedAuditTrail(IAuditRows rows, KeyVault vault, TimeProvider time) : IAuditTrail, IDisposable
{
    /// <summary>The most entries under one head, and in memory at once.</summary>
    private const int Batch = 1000;

    private readonly ConcurrentDictionary<string, AuditSigningKey> _keys = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<int> SealAsync(CancellationToken cancellationToken)
    {
        int sealedEntries = 0;
        foreach (string tenant in await rows.UnsealedTenantsAsync(cancellationToken))
        {
            AuditSigningKey key = await SigningKeyAsync(tenant, cancellationToken);
            int count;
            do
            {
                count = await rows.SealAsync(tenant, Batch, (last, pending) => Chain(tenant, key, last, pending), cancellationToken);
                sealedEntries += count;
            }
            while (count == Batch);
        }

        return sealedEntries;
    }

    /// <inheritdoc/>
    public async Task<AuditVerdict> VerifyAsync(string tenant, AuditAnchor? known, CancellationToken cancellationToken)
    {
        AuditExtent extent = await rows.ExtentAsync(tenant, cancellationToken);
        AuditPublicKey key;
        try
        {
            // A trail whose key is gone is not given a new one: that would hide it.
            key = await FindPublicKeyAsync(tenant, cancellationToken)
                ?? (extent is { LastHead: 0, LastPosition: 0 }
                    ? await PublicKeyAsync(tenant, cancellationToken)
                    : throw new VaultException("The key that signs the audit trail is gone."));
        }
        catch (VaultException unusable)
        {
            return new(0, null, new(1, "KEY_UNUSABLE", unusable.Message), extent.Tail);
        }

        var verification = new AuditVerification(tenant, key, known);
        await foreach (AuditLine line in LinesAsync(tenant, extent, cancellationToken))
        {
            if (line.Entry is not null)
            {
                verification.Add(line.Entry);
            }
            else if (line.Head is not null)
            {
                verification.Add(line.Head);
            }
        }

        AuditBreak? broken = verification.Complete();
        return new(verification.Entries, verification.Head, broken, extent.Tail);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AuditLine> ExportAsync(
        string tenant, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return AuditLine.Of(tenant, await PublicKeyAsync(tenant, cancellationToken));
        AuditExtent extent = await rows.ExtentAsync(tenant, cancellationToken);
        await foreach (AuditLine line in LinesAsync(tenant, extent, cancellationToken))
        {
            yield return line;
        }
    }

    /// <inheritdoc/>
    public async Task<AuditPublicKey> PublicKeyAsync(string tenant, CancellationToken cancellationToken) =>
        await FindPublicKeyAsync(tenant, cancellationToken) ?? (await SigningKeyAsync(tenant, cancellationToken)).Public;

    /// <inheritdoc/>
    public async Task<Page<AuditListEntry>> ListAsync(
        string tenant, AuditFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        StoredValues.CheckLimit(limit);
        IReadOnlyList<AuditListEntry> found = await rows.ListAsync(tenant, filter, StoredValues.Before(cursor), limit + 1, cancellationToken);
        return new(
            [.. found.Take(limit)],
            found.Count > limit ? found[limit - 1].Record.Id.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <inheritdoc/>
    public async Task<AuditTail> TailAsync(string tenant, CancellationToken cancellationToken) =>
        (await rows.ExtentAsync(tenant, cancellationToken)).Tail;

    /// <inheritdoc/>
    public Task NoteAsync(string tenant, AuditCheck check, CancellationToken cancellationToken) =>
        rows.NoteAsync(tenant, check, cancellationToken);

    /// <inheritdoc/>
    public Task<AuditCheck?> LastCheckAsync(string tenant, CancellationToken cancellationToken) =>
        rows.LastCheckAsync(tenant, cancellationToken);

    /// <summary>Overwrites the keys that were in use.</summary>
    public void Dispose()
    {
        foreach (AuditSigningKey key in _keys.Values)
        {
            key.Dispose();
        }
    }

    private SealedBatch Chain(string tenant, AuditSigningKey key, AuditHead? last, IReadOnlyList<AuditRecord> pending)
    {
        var entries = new List<SealedRecord>(pending.Count);
        long position = last?.Position ?? 0;
        Octets hash = last?.Hash ?? AuditChain.Genesis;
        foreach (AuditRecord record in pending)
        {
            hash = AuditChain.Next(hash, ++position, record);
            entries.Add(new(position, record, hash));
        }

        return new(entries, key.Sign(tenant, (last?.Number ?? 0) + 1, position, hash, time.GetUtcNow()));
    }

    /// <summary>Entries and heads as they stand, each head where it says that it belongs.</summary>
    private async IAsyncEnumerable<AuditLine> LinesAsync(
        string tenant, AuditExtent extent, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        long written = 0;
        long number = 0;
        IReadOnlyList<AuditHead> heads;
        do
        {
            heads = await rows.HeadsAsync(tenant, number, extent.LastHead, Batch, cancellationToken);
            foreach (AuditHead head in heads)
            {
                await foreach (SealedRecord entry in EntriesAsync(tenant, written, Math.Min(head.Position, extent.LastPosition), cancellationToken))
                {
                    yield return AuditLine.Of(entry);
                }

                written = Math.Max(written, head.Position);
                number = head.Number;
                yield return AuditLine.Of(head);
            }
        }
        while (heads.Count == Batch);

        await foreach (SealedRecord entry in EntriesAsync(tenant, written, extent.LastPosition, cancellationToken))
        {
            yield return AuditLine.Of(entry);
        }
    }

    private async IAsyncEnumerable<SealedRecord> EntriesAsync(
        string tenant, long after, long upTo, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after < upTo)
        {
            IReadOnlyList<SealedRecord> page = await rows.EntriesAsync(tenant, after, upTo, Batch, cancellationToken);
            foreach (SealedRecord entry in page)
            {
                yield return entry;
            }

            if (page.Count < Batch)
            {
                yield break;
            }

            after = page[^1].Position;
        }
    }

    /// <summary>The key that this process signs with; the first process that needs one makes it.</summary>
    private async Task<AuditSigningKey> SigningKeyAsync(string tenant, CancellationToken cancellationToken)
    {
        if (_keys.TryGetValue(tenant, out AuditSigningKey? known))
        {
            return known;
        }

        AuditSigningKey? key = await OpenKeyAsync(tenant, cancellationToken);
        if (key is null)
        {
            using AuditSigningKey made = KeyVault.NewSigningKey();
            await rows.AddKeyAsync(
                tenant, new(made.Public.Id, made.Public.Info, vault.Wrap(tenant, made)), time.GetUtcNow(), cancellationToken);

            // Another may have been faster; what is stored counts.
            key = await OpenKeyAsync(tenant, cancellationToken)
                ?? throw new VaultException($"The key that signs the audit trail of tenant '{tenant}' could not be stored.");
        }

        if (!_keys.TryAdd(tenant, key))
        {
            key.Dispose();
        }

        return _keys[tenant];
    }

    /// <summary>Taken from the private part, which the vault vouches for, every time anew.</summary>
    private async Task<AuditPublicKey?> FindPublicKeyAsync(string tenant, CancellationToken cancellationToken)
    {
        using AuditSigningKey? key = await OpenKeyAsync(tenant, cancellationToken);
        return key?.Public;
    }

    /// <summary>The key as it is stored, opened; null when there is none.</summary>
    /// <exception cref="VaultException">It does not open, or its public part is another's.</exception>
    private async Task<AuditSigningKey?> OpenKeyAsync(string tenant, CancellationToken cancellationToken)
    {
        if (await rows.FindKeyAsync(tenant, cancellationToken) is not { } stored)
        {
            return null;
        }

        AuditSigningKey key = vault.OpenSigningKey(tenant, stored.Wrapped);
        if (key.Public.Id == stored.Id && key.Public.Info == stored.PublicKey)
        {
            return key;
        }

        key.Dispose();
        throw new VaultException($"The public key of the audit trail of tenant '{tenant}' does not belong to its private part: its row was changed.");
    }
}
