using Tsm.Card.Encoding;

namespace Tsm.Card.GlobalPlatform;

/// <content>Install parameters as the card reads them.</content>
public sealed partial record InstallParameters
{
    /// <summary>Reads install parameters as the card does; tags that are not named here are passed over.</summary>
    public static bool TryParse(ReadOnlySpan<byte> source, out InstallParameters parameters, out PacketError error)
    {
        parameters = new();
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            error = default;
            bool valid = tag switch
            {
                ApplicationTag => TakeApplication(ref parameters, value),
                SystemTag => TryTakeSystem(ref parameters, value, out error),
                UiccTag => TryTakeUicc(ref parameters, value, out error),
                _ => true,
            };
            if (!valid)
            {
                error = error.Within(reader.ValueOffset);
                return false;
            }
        }

        error = reader.Error;
        return error.Fault == PacketFault.None;
    }

    private static bool TakeApplication(ref InstallParameters parameters, ReadOnlySpan<byte> value)
    {
        parameters = parameters with { Application = Octets.Copy(value) };
        return true;
    }

    private static bool TryTakeSystem(ref InstallParameters parameters, ReadOnlySpan<byte> source, out PacketError error)
    {
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            if (tag == SimToolkitTag)
            {
                if (!SimToolkitParameters.TryParse(value, out SimToolkitParameters toolkit, out error))
                {
                    error = error.Within(reader.ValueOffset);
                    return false;
                }

                parameters = parameters with { SimToolkit = toolkit };
                continue;
            }

            if (tag is not (VolatileTag or NonVolatileTag))
            {
                continue;
            }

            if (value.Length is not (2 or 4) || (value.Length == 4 && value[0] >= 0x80))
            {
                error = new(PacketFault.LengthMismatch, reader.ValueOffset);
                return false;
            }

            int quota = 0;
            foreach (byte octet in value)
            {
                quota = quota << 8 | octet;
            }

            parameters = tag == VolatileTag
                ? parameters with { VolatileQuota = quota }
                : parameters with { NonVolatileQuota = quota };
        }

        error = reader.Error;
        return error.Fault == PacketFault.None;
    }

    private static bool TryTakeUicc(ref InstallParameters parameters, ReadOnlySpan<byte> source, out PacketError error)
    {
        var reader = new BerTlvReader(source);
        while (reader.TryRead(out uint tag, out ReadOnlySpan<byte> value))
        {
            error = default;
            switch (tag)
            {
                case ToolkitTag when ToolkitParameters.TryParse(value, out ToolkitParameters toolkit, out error):
                    parameters = parameters with { Toolkit = toolkit };
                    break;
                case AccessTag when UiccAccessParameters.TryParse(value, out UiccAccessParameters access, out error):
                    parameters = parameters with { Access = access };
                    break;
                case AdministrativeAccessTag when UiccAccessParameters.TryParse(value, out UiccAccessParameters administrative, out error):
                    parameters = parameters with { AdministrativeAccess = administrative };
                    break;
            }

            if (error.Fault != PacketFault.None)
            {
                error = error.Within(reader.ValueOffset);
                return false;
            }
        }

        error = reader.Error;
        return error.Fault == PacketFault.None;
    }
}
