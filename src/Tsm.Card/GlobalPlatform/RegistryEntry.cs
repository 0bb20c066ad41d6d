using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>An entry of a card's registry: an application, a security domain or a load file.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.4.3.1, tables 11-36 and 11-37. Reading is tolerant of what cards do: privileges of one octet, life
/// cycles of two (the first counts), unknown tags, which are passed over.
/// </remarks>
/// <param name="Aid">The name of the entry.</param>
/// <param name="LifeCycle">Its state.</param>
public sealed record RegistryEntry(Aid Aid, LifeCycle LifeCycle)
{
    private const uint EntryTag = 0xE3;
    private const uint AidTag = 0x4F;
    private const uint LifeCycleTag = 0x9F70;
    private const uint PrivilegesTag = 0xC5;
    private const uint LoadFileTag = 0xC4;
    private const uint VersionTag = 0xCE;
    private const uint ModuleTag = 0x84;
    private const uint SecurityDomainTag = 0xCC;

    // Ours: no page of a card holds more; 65,535 octets of hostile answer could.
    private const int MaxEntries = 4096;

    /// <summary>What it may do; none for a load file.</summary>
    public Privileges Privileges { get; init; }

    /// <summary>The load file of an application; null when the card did not tell.</summary>
    public Aid? LoadFile { get; init; }

    /// <summary>The security domain it belongs to; null when the card did not tell.</summary>
    public Aid? SecurityDomain { get; init; }

    /// <summary>The modules of a load file; empty when the card did not tell.</summary>
    public ImmutableArray<Aid> Modules { get; init; } = [];

    /// <summary>The version of a load file; null when the card did not tell.</summary>
    public PackageVersion? Version { get; init; }

    /// <summary>What the entry is, given the scope it was listed in.</summary>
    public RegistryKind Kind(RegistryScope scope) => scope switch
    {
        RegistryScope.IssuerSecurityDomain => RegistryKind.IssuerSecurityDomain,
        RegistryScope.LoadFiles or RegistryScope.LoadFilesAndModules => RegistryKind.LoadFile,
        _ => Privileges.IsSecurityDomain ? RegistryKind.SecurityDomain : RegistryKind.Application,
    };

    /// <summary>Reads a whole answer to GET STATUS.</summary>
    /// <param name="page">The response data without status word, possibly empty.</param>
    /// <param name="entries">The entries in the card's order.</param>
    /// <param name="error">Why it is none, with the offset in the page.</param>
    public static bool TryParsePage(ReadOnlySpan<byte> page, out ImmutableArray<RegistryEntry> entries, out PacketError error)
    {
        entries = [];
        var found = ImmutableArray.CreateBuilder<RegistryEntry>();
        var reader = new BerTlvReader(page);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag != EntryTag)
            {
                continue;
            }

            if (found.Count == MaxEntries)
            {
                error = new(PacketFault.LimitExceeded, reader.ValueOffset);
                return false;
            }

            if (!TryParse(value, reader.ValueOffset, out RegistryEntry? entry, out error))
            {
                return false;
            }

            found.Add(entry!);
        }

        error = reader.Error;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        entries = found.ToImmutable();
        return true;
    }

    /// <summary>The template (<c>E3</c>) with the objects that a tag list asks for and the entry has.</summary>
    /// <param name="tags">The tag list of the command (<see cref="GetStatusCommand.Tags"/>), as on the wire.</param>
    public Octets ToOctets(ReadOnlySpan<byte> tags)
    {
        var objects = new List<Octets>();
        for (int i = 0; i < tags.Length; i++)
        {
            uint tag = tags[i];
            if ((tag & 0x1F) == 0x1F && i + 1 < tags.Length)
            {
                i++;
                tag = tag << 8 | tags[i];
            }

            AddObjects(objects, tag);
        }

        return BerTlv.Encode(EntryTag, Octets.Concat([.. objects]).Span);
    }

    /// <inheritdoc/>
    public bool Equals(RegistryEntry? other) => other is not null
        && Aid == other.Aid
        && LifeCycle == other.LifeCycle
        && Privileges == other.Privileges
        && LoadFile == other.LoadFile
        && SecurityDomain == other.SecurityDomain
        && Version == other.Version
        && Modules.SequenceEqual(other.Modules);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Aid, LifeCycle, Privileges, LoadFile, SecurityDomain, Version, Modules.Length);

    private static bool TryParse(ReadOnlySpan<byte> source, int origin, out RegistryEntry? entry, out PacketError error)
    {
        var draft = new RegistryEntry(default, default);
        entry = null;
        var reader = new BerTlvReader(source, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (!TryTake(ref draft, tag, value))
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }
        }

        error = reader.Error.Fault == PacketFault.None && draft.Aid.Length == 0
            ? new(PacketFault.Truncated, origin + source.Length)
            : reader.Error;
        entry = error.Fault == PacketFault.None ? draft : null;
        return entry is not null;
    }

    private static bool TryTake(ref RegistryEntry draft, uint tag, ReadOnlySpan<byte> value)
    {
        bool valid = true;
        Aid? aid;
        switch (tag)
        {
            case AidTag:
                valid = Aid.TryFrom(value, out Aid name);
                draft = draft with { Aid = name };
                break;
            case LifeCycleTag:
                valid = value.Length is 1 or 2;
                draft = draft with { LifeCycle = valid ? new(value[0]) : default };
                break;
            case PrivilegesTag:
                valid = Privileges.TryParse(value, out Privileges privileges, out _);
                draft = draft with { Privileges = privileges };
                break;
            case LoadFileTag:
                valid = TryReadAid(value, out aid);
                draft = draft with { LoadFile = aid };
                break;
            case SecurityDomainTag:
                valid = TryReadAid(value, out aid);
                draft = draft with { SecurityDomain = aid };
                break;
            case VersionTag when value.Length >= 2:
                draft = draft with { Version = new(value[0], value[1]) };
                break;
            case ModuleTag:
                valid = TryReadAid(value, out aid);
                draft = aid is { } module ? draft with { Modules = draft.Modules.Add(module) } : draft;
                break;
        }

        return valid;
    }

    // A card may answer a tag it has nothing for with length zero.
    private static bool TryReadAid(ReadOnlySpan<byte> value, out Aid? aid)
    {
        bool valid = Aid.TryFrom(value, out Aid found);
        aid = valid ? found : null;
        return valid || value.IsEmpty;
    }

    private void AddObjects(List<Octets> objects, uint tag)
    {
        switch (tag)
        {
            case AidTag:
                objects.Add(BerTlv.Encode(tag, Aid.Span));
                break;
            case LifeCycleTag:
                objects.Add(BerTlv.Encode(tag, [LifeCycle.Value]));
                break;
            case PrivilegesTag:
                objects.Add(BerTlv.Encode(tag, Privileges.ToThreeOctets().Span));
                break;
            case LoadFileTag when LoadFile is { } file:
                objects.Add(BerTlv.Encode(tag, file.Span));
                break;
            case SecurityDomainTag when SecurityDomain is { } securityDomain:
                objects.Add(BerTlv.Encode(tag, securityDomain.Span));
                break;
            case VersionTag when Version is { } version:
                objects.Add(BerTlv.Encode(tag, [version.Major, version.Minor]));
                break;
            case ModuleTag:
                objects.AddRange(Modules.Select(m => BerTlv.Encode(ModuleTag, m.Span)));
                break;
        }
    }
}

/// <summary>The version of a package, major then minor.</summary>
/// <param name="Major">The major version; another one is incompatible.</param>
/// <param name="Minor">The minor version; a higher one is compatible.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PackageVersion(byte Major, byte Minor)
{
    /// <summary>The version as "major.minor".</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Major}.{Minor}");
}
