using Tsm.Card.Encoding;

namespace Tsm.Security.AuditTrail;

/// <summary>The first place where a trail is not what was sealed.</summary>
/// <param name="Position">The position from which on the trail cannot be trusted, 1 or more.</param>
/// <param name="Code">For programs: <c>ENTRY_CHANGED</c>, <c>ENTRY_MISSING</c> and so on.</param>
/// <param name="What">One sentence.</param>
public sealed record AuditBreak(long Position, string Code, string What);

/// <summary>
/// Verifies a trail that is read once from its beginning: entries in the order of their positions, each head after the
/// entries that it covers. After the first break the rest is only counted.
/// </summary>
/// <param name="tenant">Whose trail it must be.</param>
/// <param name="key">The key that heads must be signed with.</param>
/// <param name="known">A place that the trail must contain; null when none was kept.</param>
/// <remarks>
/// What cannot be seen: that a trail was cut back to one of its own older heads, unless a later head was kept. Entries that
/// were never sealed are outside of the chain.
/// </remarks>
public sealed class AuditVerification(string tenant, AuditPublicKey key, AuditAnchor? known)
{
    private Octets _hash = AuditChain.Genesis;
    private long _position;

    /// <summary>The number of entries that were read.</summary>
    public long Entries { get; private set; }

    /// <summary>The last signed head that holds; null when there is none.</summary>
    public AuditHead? Head { get; private set; }

    /// <summary>The first break so far; null while there is none.</summary>
    public AuditBreak? Break { get; private set; }

    /// <summary>Takes the next entry.</summary>
    public void Add(SealedRecord entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        Entries++;
        if (Break is not null)
        {
            return;
        }

        long expected = _position + 1;
        Octets hash = AuditChain.Next(_hash, entry.Position, entry.Record);
        if (entry.Position > expected)
        {
            Fail(expected, "ENTRY_MISSING", $"Entry {expected} is missing: the next one is {entry.Position}.");
        }
        else if (entry.Position < expected)
        {
            Fail(entry.Position, "ENTRY_OUT_OF_ORDER", $"Entry {entry.Position} comes after entry {_position}.");
        }
        else if (entry.Record.Tenant != tenant)
        {
            Fail(expected, "ENTRY_FOREIGN", $"Entry {expected} is of another tenant.");
        }
        else if (hash != entry.Hash)
        {
            Fail(expected, "ENTRY_CHANGED", $"Entry {expected} is not what was sealed: it was changed, or has changed places with another.");
        }
        else if (known?.Position == expected && known.Hash != hash)
        {
            Fail(expected, "KNOWN_HEAD_DIFFERS", $"Entry {expected} does not have the hash of the head that was kept: the trail was written anew.");
        }
        else
        {
            (_position, _hash) = (expected, hash);
        }
    }

    /// <summary>Takes the next signed head.</summary>
    public void Add(AuditHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        if (Break is not null)
        {
            return;
        }

        long number = (Head?.Number ?? 0) + 1;
        long first = (Head?.Position ?? 0) + 1;
        if (head.Number != number)
        {
            Fail(first, "HEAD_MISSING", $"Signed head {number} is missing: the next one is {head.Number}.");
        }
        else if (head.Tenant != tenant || head.Key != key.Id)
        {
            Fail(first, "HEAD_FOREIGN", $"Head {number} is of another tenant, or was signed with another key ({head.Key}, not {key.Id}).");
        }
        else if (!key.Verifies(head))
        {
            Fail(first, "SIGNATURE_WRONG", $"The signature of head {number} does not hold.");
        }
        else if (head.Position > _position)
        {
            Fail(_position + 1, "ENTRY_MISSING", $"Head {number} was signed over {head.Position} entries; entry {_position + 1} is missing.");
        }
        else if (head.Position < _position)
        {
            Fail(head.Position + 1, "HEAD_OUT_OF_ORDER", $"Head {number} ends at entry {head.Position}, but the head before it is followed by more.");
        }
        else if (head.Hash != _hash)
        {
            Fail(first, "ENTRIES_REWRITTEN", $"Head {number} was signed over other entries: some of {first} to {head.Position} were written anew.");
        }
        else
        {
            Head = head;
        }
    }

    /// <summary>Everything was read: what only the end can tell. Returns the first break, or null for a trail that is intact.</summary>
    public AuditBreak? Complete()
    {
        long covered = Head?.Position ?? 0;
        if (Break is null && _position > covered)
        {
            Fail(covered + 1, "HEAD_MISSING", $"The entries from {covered + 1} on are sealed, but no signed head covers them.");
        }
        else if (Break is null && known?.Position > _position)
        {
            Fail(_position + 1, "TRAIL_CUT", $"The trail ends at entry {_position}, but the head that was kept is at {known.Position}: the trail was cut back.");
        }

        return Break;
    }

    private void Fail(long position, string code, string what) => Break = new(position, code, what);
}
