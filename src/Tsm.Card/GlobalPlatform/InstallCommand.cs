using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Card.GlobalPlatform;

/// <summary>INSTALL, in all its variants: writes the command and, for the card's side, reads it.</summary>
/// <remarks>
/// GPCS 2.3.1 §11.5. The data is a row of fields whose meaning the variant decides; the last one is the token, which is
/// always sent, with length zero where there is none, because real cards insist on it.
/// </remarks>
public static class InstallCommand
{
    private const byte Chaining = 0x80;

    /// <summary>INSTALL [for load]: announces a load file (table 11-42).</summary>
    /// <param name="loadFile">The AID the load file will have: the package AID of the CAP file.</param>
    /// <param name="securityDomain">The domain that will own it; null for the one addressed.</param>
    /// <param name="hash">The hash of the load file data block (the value of C4), or nothing.</param>
    /// <param name="parameters">The load parameters (<c>EF</c>), or nothing.</param>
    public static CommandApdu ForLoad(Aid loadFile, Aid? securityDomain = null, Octets hash = default, Octets parameters = default) =>
        Build(InstallPurpose.Load, [Field(loadFile), Field(securityDomain), hash], parameters).ToApdu();

    /// <summary>INSTALL [for install]: makes an instance that cannot be selected yet (table 11-43).</summary>
    /// <param name="loadFile">The load file that holds the module.</param>
    /// <param name="module">The applet in it.</param>
    /// <param name="instance">The AID of the new instance.</param>
    /// <param name="privileges">What the instance may do.</param>
    /// <param name="parameters">The install parameters (<see cref="InstallParameters"/>); nothing is sent as <c>C900</c>.</param>
    public static CommandApdu ForInstall(Aid loadFile, Aid module, Aid instance, Privileges privileges = default, Octets parameters = default) =>
        Install(InstallPurpose.Install, loadFile, module, instance, privileges, parameters).ToApdu();

    /// <summary>Makes an instance by a command that is as long as it has to be: long AIDs with long parameters do not fit one C-APDU.</summary>
    /// <param name="purpose"><see cref="InstallPurpose.Install"/> or <see cref="InstallPurpose.InstallAndMakeSelectable"/>.</param>
    /// <inheritdoc cref="ForInstall" path="/param"/>
    public static ChainedCommand Install(
        InstallPurpose purpose, Aid loadFile, Aid module, Aid instance, Privileges privileges, Octets parameters) => Build(
            purpose,
            [Field(loadFile), Field(module), Field(instance), privileges.ToOctets()],
            parameters.IsEmpty ? InstallParameters.None : parameters);

    /// <summary>INSTALL [for install and make selectable]: makes an instance that can be selected at once.</summary>
    /// <inheritdoc cref="ForInstall" path="/param"/>
    public static CommandApdu ForInstallAndMakeSelectable(
        Aid loadFile, Aid module, Aid instance, Privileges privileges = default, Octets parameters = default) =>
        Install(InstallPurpose.InstallAndMakeSelectable, loadFile, module, instance, privileges, parameters).ToApdu();

    /// <summary>INSTALL [for make selectable]: lets an instance be selected (table 11-44).</summary>
    public static CommandApdu ForMakeSelectable(Aid instance, Privileges privileges = default) =>
        Build(InstallPurpose.MakeSelectable, [default, default, instance.Octets, privileges.ToOctets()], default).ToApdu();

    /// <summary>INSTALL [for extradition]: gives an application or load file to another security domain (table 11-45).</summary>
    public static CommandApdu ForExtradition(Aid securityDomain, Aid application, Octets parameters = default) =>
        Build(InstallPurpose.Extradition, [securityDomain.Octets, default, application.Octets, default], parameters).ToApdu();

    /// <summary>INSTALL [for registry update]: changes privileges or the security domain of an application (table 11-46).</summary>
    /// <remarks>Without application it would restrict the card for good, so that is not offered here.</remarks>
    /// <param name="application">The application.</param>
    /// <param name="privileges">Its new privileges; null to keep them.</param>
    /// <param name="securityDomain">Its new domain; null to keep it.</param>
    /// <param name="parameters">The registry update parameters (<c>EF</c>), or nothing.</param>
    public static CommandApdu ForRegistryUpdate(
        Aid application, Privileges? privileges = null, Aid? securityDomain = null, Octets parameters = default) => Build(
            InstallPurpose.RegistryUpdate,
            [Field(securityDomain), default, application.Octets, privileges?.ToOctets() ?? default],
            parameters).ToApdu();

    /// <summary>INSTALL [for personalization]: the STORE DATA that follow are for this application (table 11-47).</summary>
    public static CommandApdu ForPersonalization(Aid application) =>
        Build(InstallPurpose.Personalization, [default, default, application.Octets, default], default).ToApdu();

    /// <summary>Reads an INSTALL command as the card does, once its parts are together; a token may be missing.</summary>
    /// <returns>False for another command, a part of a chain, the combined variant and malformed data; the offset counts
    /// from the start of the data.</returns>
    public static bool TryParse(ChainedCommand command, out InstallRequest request, out PacketError error)
    {
        request = default;
        var purpose = (InstallPurpose)command.P1;
        if (command.Ins != Instruction.Install || (command.P1 & Chaining) != 0 || command.P2 != 0 || !Enum.IsDefined(purpose))
        {
            error = new(PacketFault.UnexpectedValue, 0);
            return false;
        }

        var reader = new OctetReader(command.Data.Span);
        request = purpose switch
        {
            //  L load file | L security domain | L hash | BER-L parameters | BER-L token
            InstallPurpose.Load => new(purpose)
            {
                LoadFile = CommandField.ReadAid(ref reader),
                SecurityDomain = CommandField.ReadAid(ref reader),
                Hash = CommandField.Read(ref reader),
            },

            //  L security domain | 00 | L application | L privileges | BER-L parameters | BER-L token
            InstallPurpose.Extradition or InstallPurpose.RegistryUpdate => new(purpose)
            {
                SecurityDomain = CommandField.ReadAid(ref reader),
                Module = CommandField.ReadAid(ref reader),
                Instance = CommandField.ReadAid(ref reader),
                Privileges = CommandField.ReadPrivileges(ref reader),
            },

            //  L load file | L module | L instance | L privileges | BER-L parameters | BER-L token
            _ => new(purpose)
            {
                LoadFile = CommandField.ReadAid(ref reader),
                Module = CommandField.ReadAid(ref reader),
                Instance = CommandField.ReadAid(ref reader),
                Privileges = CommandField.ReadPrivileges(ref reader),
            },
        };
        request = request with { Parameters = CommandField.ReadBer(ref reader) };
        if (reader.Remaining > 0)
        {
            request = request with { Token = CommandField.ReadBer(ref reader) };
        }

        Demand(ref reader, request);
        bool complete = reader.TryEnd(out error);
        request = complete ? request : default;
        return complete;
    }

    private static Octets Field(Aid? aid) => aid?.Octets ?? default;

    private static ChainedCommand Build(InstallPurpose purpose, ReadOnlySpan<Octets> fields, Octets parameters)
    {
        int length = CommandField.BerSize(parameters) + CommandField.BerSize(default);
        foreach (Octets field in fields)
        {
            length += CommandField.Size(field);
        }

        byte[] data = new byte[length];
        var writer = new OctetWriter(data);
        foreach (Octets field in fields)
        {
            writer.WriteLengthValue(field.Span);
        }

        CommandField.WriteBer(ref writer, parameters);
        CommandField.WriteBer(ref writer, default);
        return new(CommandField.Class, Instruction.Install, (byte)purpose, 0, Octets.Own(data), Le: 0);
    }

    // The fields without which a variant says nothing.
    private static void Demand(ref OctetReader reader, InstallRequest request)
    {
        bool complete = request.Purpose switch
        {
            InstallPurpose.Load => request.LoadFile is not null,
            InstallPurpose.Install or InstallPurpose.InstallAndMakeSelectable =>
                request.LoadFile is not null && request.Module is not null && request.Instance is not null,
            InstallPurpose.Extradition => request.SecurityDomain is not null && request.Instance is not null,
            InstallPurpose.RegistryUpdate => true,
            _ => request.Instance is not null,
        };
        if (!complete)
        {
            reader.Fail(PacketFault.LengthMismatch, 0);
        }
    }
}
