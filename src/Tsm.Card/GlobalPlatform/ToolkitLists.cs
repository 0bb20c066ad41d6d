using System.Collections.Immutable;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>The lists in toolkit parameters, kept as octets so that they compare by content.</summary>
internal static class ToolkitLists
{
    private const int MaxEntries = 127;
    private const int MaxTars = 255 / Tar.Size;

    public static ImmutableArray<ToolkitMenuEntry> ToEntries(Octets menu)
    {
        var entries = ImmutableArray.CreateBuilder<ToolkitMenuEntry>(menu.Length / 2);
        for (int i = 0; i < menu.Length; i += 2)
        {
            entries.Add(new(menu[i], menu[i + 1]));
        }

        return entries.ToImmutable();
    }

    public static Octets FromEntries(ImmutableArray<ToolkitMenuEntry> entries)
    {
        if (!entries.IsDefault && entries.Length > MaxEntries)
        {
            throw new ArgumentException($"There are at most {MaxEntries} menu entries.", nameof(entries));
        }

        return entries.IsDefaultOrEmpty ? default : Octets.Own([.. entries.SelectMany(e => new[] { e.Position, e.Identifier })]);
    }

    public static ImmutableArray<Tar> ToTars(Octets octets)
    {
        var tars = ImmutableArray.CreateBuilder<Tar>(octets.Length / Tar.Size);
        for (int i = 0; i < octets.Length; i += Tar.Size)
        {
            tars.Add(new((uint)octets[i] << 16 | (uint)octets[i + 1] << 8 | octets[i + 2]));
        }

        return tars.ToImmutable();
    }

    public static Octets FromTars(ImmutableArray<Tar> tars)
    {
        if (tars.IsDefaultOrEmpty)
        {
            return default;
        }

        if (tars.Length > MaxTars)
        {
            throw new ArgumentException($"There are at most {MaxTars} TARs.", nameof(tars));
        }

        byte[] octets = new byte[tars.Length * Tar.Size];
        for (int i = 0; i < tars.Length; i++)
        {
            tars[i].Write(octets.AsSpan(i * Tar.Size));
        }

        return Octets.Own(octets);
    }

    public static Octets ReadTars(ref OctetReader reader)
    {
        int start = reader.Offset;
        Octets tars = reader.ReadOctets(reader.ReadByte());
        if (tars.Length % Tar.Size != 0)
        {
            reader.Fail(PacketFault.LengthMismatch, start);
        }

        return tars;
    }
}
