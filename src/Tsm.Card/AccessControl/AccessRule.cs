using System.Runtime.InteropServices;
using Tsm.Card.Encoding;

namespace Tsm.Card.AccessControl;

/// <summary>REF-AR-DO, a rule about who may reach which application of a secure element, and how.</summary>
/// <remarks>GlobalPlatform Secure Element Access Control 1.1; the package name and permissions are Android's.</remarks>
/// <param name="Reference">Whom the rule is about.</param>
/// <param name="Access">What it allows.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct AccessRule(RuleReference Reference, RuleAccess Access)
{
    internal const uint Tag = 0xE2;

    /// <summary>The rule with its tag.</summary>
    public Octets ToOctets() => BerTlv.Encode(Tag, Octets.Concat(Reference.ToOctets(), Access.ToOctets()).Span);

    /// <summary>Reads the value of a rule.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> value, int origin, out AccessRule rule, out PacketError error)
    {
        rule = default;
        RuleReference? reference = null;
        RuleAccess? access = null;
        var reader = new BerTlvReader(value, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> inner))
        {
            if (tag == RuleReference.Tag)
            {
                if (!RuleReference.TryParse(inner, reader.ValueOffset, out RuleReference found, out error))
                {
                    return false;
                }

                reference = found;
            }
            else if (tag == RuleAccess.Tag)
            {
                if (!RuleAccess.TryParse(inner, reader.ValueOffset, out RuleAccess found, out error))
                {
                    return false;
                }

                access = found;
            }
        }

        bool complete = reference is not null && access is not null;
        error = reader.Error.Fault == PacketFault.None && !complete ? new(PacketFault.Truncated, origin + value.Length) : reader.Error;
        if (error.Fault != PacketFault.None)
        {
            return false;
        }

        rule = new(reference!.Value, access!.Value);
        return true;
    }
}

/// <summary>REF-DO: the application on the card and the application on the phone that a rule is about.</summary>
/// <param name="Application">The AID, or its beginning; nothing for all applications without a rule of their own.</param>
/// <param name="Device">The hash of the certificate of the phone's application, 20 or 32 octets; nothing for all.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RuleReference(Octets Application, Octets Device)
{
    internal const uint Tag = 0xE1;

    private const uint AidTag = 0x4F;
    private const uint DefaultTag = 0xC0;
    private const uint DeviceTag = 0xC1;
    private const uint PackageTag = 0xCA;

    /// <summary>Whether the rule is about the application that is selected by default; <see cref="Application"/> is empty then.</summary>
    public bool ByDefault { get; init; }

    /// <summary>The name of the phone application's package in ASCII; nothing for all.</summary>
    public Octets Package { get; init; }

    /// <summary>The reference with its tag.</summary>
    public Octets ToOctets() => BerTlv.Encode(
        Tag,
        Octets.Concat(
            ByDefault ? BerTlv.Encode(DefaultTag, []) : BerTlv.Encode(AidTag, Application.Span),
            BerTlv.Encode(DeviceTag, Device.Span),
            Package.IsEmpty ? default : BerTlv.Encode(PackageTag, Package.Span)).Span);

    internal static bool TryParse(ReadOnlySpan<byte> value, int origin, out RuleReference reference, out PacketError error)
    {
        reference = default;
        RuleReference found = default;
        var reader = new BerTlvReader(value, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> inner))
        {
            bool valid = tag switch
            {
                AidTag => inner.Length <= Identifiers.Aid.MaxLength,
                DefaultTag => inner.IsEmpty,
                DeviceTag => inner.Length is 0 or 20 or 32,
                _ => true,
            };
            if (!valid)
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            found = tag switch
            {
                AidTag => found with { Application = Octets.Copy(inner) },
                DefaultTag => found with { ByDefault = true },
                DeviceTag => found with { Device = Octets.Copy(inner) },
                PackageTag => found with { Package = Octets.Copy(inner) },
                _ => found,
            };
        }

        error = reader.Error;
        reference = error.Fault == PacketFault.None ? found : default;
        return error.Fault == PacketFault.None;
    }
}

/// <summary>AR-DO: what a rule allows.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RuleAccess
{
    internal const uint Tag = 0xE3;

    private const uint ApduTag = 0xD0;
    private const uint NfcTag = 0xD1;
    private const uint PermissionsTag = 0xDB;
    private const int FilterLength = 8;
    private const int PermissionsLength = 8;

    /// <summary>Nothing is allowed.</summary>
    public static RuleAccess Never { get; } = new() { Apdu = Octets.Copy([0]) };

    /// <summary>All commands are allowed.</summary>
    public static RuleAccess Always { get; } = new() { Apdu = Octets.Copy([1]) };

    /// <summary>
    /// Commands (D0): 00 for none, 01 for all, or filters of 8 octets, each a header of a command and a mask over it; nothing
    /// when the rule says nothing.
    /// </summary>
    public Octets Apdu { get; init; }

    /// <summary>Whether events of NFC reach the phone's application (D1); null when the rule says nothing.</summary>
    public bool? Nfc { get; init; }

    /// <summary>Permissions of an operator's application (DB), 8 octets; nothing when the rule says nothing.</summary>
    public Octets Permissions { get; init; }

    /// <summary>The access with its tag.</summary>
    public Octets ToOctets() => BerTlv.Encode(
        Tag,
        Octets.Concat(
            Apdu.IsEmpty ? default : BerTlv.Encode(ApduTag, Apdu.Span),
            Nfc is { } nfc ? BerTlv.Encode(NfcTag, [(byte)(nfc ? 1 : 0)]) : default,
            Permissions.IsEmpty ? default : BerTlv.Encode(PermissionsTag, Permissions.Span)).Span);

    internal static bool TryParse(ReadOnlySpan<byte> value, int origin, out RuleAccess access, out PacketError error)
    {
        access = default;
        RuleAccess found = default;
        var reader = new BerTlvReader(value, origin);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> inner))
        {
            bool valid = tag switch
            {
                ApduTag => inner is [0 or 1] || (inner.Length > 0 && inner.Length % FilterLength == 0),
                NfcTag => inner is [0 or 1],
                PermissionsTag => inner.Length == PermissionsLength,
                _ => true,
            };
            if (!valid)
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            found = tag switch
            {
                ApduTag => found with { Apdu = Octets.Copy(inner) },
                NfcTag => found with { Nfc = inner[0] == 1 },
                PermissionsTag => found with { Permissions = Octets.Copy(inner) },
                _ => found,
            };
        }

        error = reader.Error;
        access = error.Fault == PacketFault.None ? found : default;
        return error.Fault == PacketFault.None;
    }
}
