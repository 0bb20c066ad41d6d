using System.Collections.Immutable;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>Reads the components that name things; offsets count from the tag of the component.</summary>
/// <remarks>JCVM 2.2.2 §6.3 to §6.6. Shared by the reader of archives and the card's side of a load.</remarks>
internal static class ComponentReader
{
    public const uint Magic = 0xDECAFFED;
    public const int HeaderLength = 3;

    public readonly record struct Header(PackageVersion Format, CapTraits Flags, PackageVersion Version, Aid Aid, string Name);

    public static Header ReadHeader(ref OctetReader reader)
    {
        //  tag 1 | size 2 | magic 4 | format minor 1, major 1 | flags 1 | package minor 1, major 1 | L AID | [L name]
        reader.ReadSpan(HeaderLength);
        int start = reader.Offset;
        if (reader.ReadUInt32() != Magic)
        {
            reader.Fail(PacketFault.UnexpectedValue, start);
        }

        PackageVersion format = ReadVersion(ref reader);
        var flags = (CapTraits)reader.ReadByte();
        PackageVersion version = ReadVersion(ref reader);
        Aid aid = ReadAid(ref reader);

        // From format 2.2 on the name follows; it may be empty.
        string name = reader.Remaining > 0 ? System.Text.Encoding.UTF8.GetString(reader.ReadSpan(reader.ReadByte())) : "";
        return new(format, flags, version, aid, name);
    }

    public static ImmutableArray<CapApplet> ReadApplets(ref OctetReader reader)
    {
        //  tag 1 | size 2 | count 1 | count × (L AID | install method offset 2)
        reader.ReadSpan(HeaderLength);
        int count = reader.ReadByte();
        var applets = ImmutableArray.CreateBuilder<CapApplet>(count);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            applets.Add(new(ReadAid(ref reader), reader.ReadUInt16()));
        }

        return applets.ToImmutable();
    }

    public static ImmutableArray<CapImport> ReadImports(ref OctetReader reader)
    {
        //  tag 1 | size 2 | count 1 | count × (minor 1 | major 1 | L AID)
        reader.ReadSpan(HeaderLength);
        int count = reader.ReadByte();
        var imports = ImmutableArray.CreateBuilder<CapImport>(count);
        for (int i = 0; i < count && !reader.Failed; i++)
        {
            PackageVersion version = ReadVersion(ref reader);
            imports.Add(new(ReadAid(ref reader), version.Major, version.Minor));
        }

        return imports.ToImmutable();
    }

    private static PackageVersion ReadVersion(ref OctetReader reader)
    {
        byte minor = reader.ReadByte();
        return new(reader.ReadByte(), minor);
    }

    private static Aid ReadAid(ref OctetReader reader)
    {
        int start = reader.Offset;
        ReadOnlySpan<byte> octets = reader.ReadSpan(reader.ReadByte());
        if (!Aid.TryFrom(octets, out Aid aid) && !reader.Failed)
        {
            reader.Fail(PacketFault.LengthMismatch, start);
        }

        return aid;
    }
}
