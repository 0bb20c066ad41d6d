using Tsm.Card.Encoding;

namespace Tsm.Card.CapFiles;

/// <summary>The components a card links with, and the table that counts them all.</summary>
internal sealed partial class CapReader
{
    private CapFault? CheckStaticFields()
    {
        //  tag 1 | size 2 | image 2 | references 2 | arrays 2 | arrays × (type 1 | count 2 | values)
        //  | default values 2 | other values 2 | values
        var reader = new OctetReader(_components[ComponentTag.StaticField].Span);
        reader.ReadSpan(ComponentReader.HeaderLength);
        _staticImage = reader.ReadUInt16();
        reader.ReadUInt16();
        _staticArrays = reader.ReadUInt16();
        for (int i = 0; i < _staticArrays && !reader.Failed; i++)
        {
            reader.ReadByte();
            int length = reader.ReadUInt16();
            reader.ReadSpan(length);
            _staticArrayOctets += length;
        }

        reader.ReadUInt16();
        reader.ReadSpan(reader.ReadUInt16());
        return Ended(ComponentTag.StaticField, ref reader);
    }

    private CapFault? CheckLinking()
    {
        //  tag 1 | size 2 | count 2 | count × 4
        var pool = new OctetReader(_components[ComponentTag.ConstantPool].Span);
        pool.ReadSpan(ComponentReader.HeaderLength);
        pool.ReadSpan(pool.ReadUInt16() * 4);
        if (Ended(ComponentTag.ConstantPool, ref pool) is { } fault)
        {
            return fault;
        }

        //  tag 1 | size 2 | count 2 | offsets of one-octet indices | count 2 | offsets of two-octet indices
        int methods = _components[ComponentTag.Method].Length - ComponentReader.HeaderLength;
        var locations = new OctetReader(_components[ComponentTag.RefLocation].Span);
        locations.ReadSpan(ComponentReader.HeaderLength);
        for (int size = 1; size <= 2; size++)
        {
            // Each offset counts from the one before; 255 only carries on.
            int start = locations.Offset;
            ReadOnlySpan<byte> steps = locations.ReadSpan(locations.ReadUInt16());
            int last = 0;
            foreach (byte step in steps)
            {
                last += step;
            }

            if (!steps.IsEmpty && last + size > methods)
            {
                return Fault(ComponentTag.RefLocation, start, $"it refers to octet {last} of Method.cap, which has {methods}", Rebuild);
            }
        }

        return Ended(ComponentTag.RefLocation, ref locations);
    }

    private CapFault? CheckDirectory()
    {
        //  tag 1 | size 2 | sizes 11 or 12 × 2 | static image 2, arrays 2, array octets 2 | imports 1 | applets 1 | custom 1 | ..
        var reader = new OctetReader(_components[ComponentTag.Directory].Span);
        reader.ReadSpan(ComponentReader.HeaderLength);

        // Format 2.2 added Debug to the table.
        var last = _header.Format.Minor == 1 ? ComponentTag.Descriptor : ComponentTag.Debug;
        for (ComponentTag tag = ComponentTag.Header; tag <= last; tag++)
        {
            int offset = reader.Offset;
            int expected = reader.ReadUInt16();
            bool present = _components.TryGetValue(tag, out Octets octets);
            int found = present ? octets.Length - ComponentReader.HeaderLength : 0;

            // What is not linked may be stripped to make the file smaller.
            bool stripped = !present && tag is (ComponentTag.Descriptor or ComponentTag.Debug);
            if (!reader.Failed && found != expected && !stripped)
            {
                return Fault(ComponentTag.Directory, offset, present
                    ? $"it gives {Name(tag)} {expected} octets, {found} are there"
                    : $"it lists {Name(tag)} with {expected} octets, but the archive has none", Rebuild);
            }
        }

        // Format 2.3 lists more before the counts.
        if (_header.Format.Minor > 2)
        {
            return reader.Failed ? Ended(ComponentTag.Directory, ref reader) : null;
        }

        CapFault? fault = Compare(ref reader, "octets of static fields", reader.ReadUInt16(), _staticImage)
            ?? Compare(ref reader, "initialised arrays", reader.ReadUInt16(), _staticArrays)
            ?? Compare(ref reader, "octets in initialised arrays", reader.ReadUInt16(), _staticArrayOctets)
            ?? Compare(ref reader, "imports", reader.ReadByte(), _imports.Length)
            ?? Compare(ref reader, "applets", reader.ReadByte(), _applets.Length);
        if (fault is not null)
        {
            return fault;
        }

        //  custom count × (tag 1 | size 2 | L AID)
        int custom = reader.ReadByte();
        for (int i = 0; i < custom && !reader.Failed; i++)
        {
            reader.ReadSpan(3);
            reader.ReadSpan(reader.ReadByte());
        }

        return Ended(ComponentTag.Directory, ref reader);
    }

    private static CapFault? Compare(ref OctetReader reader, string what, int expected, int found) =>
        reader.Failed || expected == found
            ? null
            : Fault(ComponentTag.Directory, reader.Offset - 1, $"it counts {expected} {what}, {found} are there", Rebuild);
}
