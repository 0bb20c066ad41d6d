using Tsm.Bearers.Sms;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;

namespace Tsm.Application.Cards;

/// <summary>How much one packet carries to cards of a model, before there is a card.</summary>
public static class ScriptCapacity
{
    /// <summary>The octets that a script may have, so that its packet fits the segments of the model; less than 1 if there is no room.</summary>
    public static int Of(CardModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        (CipherAlgorithm cipher, CheckAlgorithm check) = model.Algorithm == KeyAlgorithm.Aes
            ? (CipherAlgorithm.AesCbc, CheckAlgorithm.AesCmac)
            : (CipherAlgorithm.TripleDesTwoKeys, CheckAlgorithm.TripleDesMacTwoKeys);
        if (!Octets.TryParse(model.Spi, out Octets octets) || !Spi.TryParse(octets.Span, out Spi spi, out _))
        {
            return 0;
        }

        // Neither the version of the keys nor the value of the counter changes a length.
        var header = new CommandHeader(spi, new Kic(cipher, 1), new Kid(check, 1), model.RamTar, new Counter(1), model.ChecksumLength);
        return PacketProtection.MaxDataLength(header, Concatenation.Capacity(model.MaxSegments, new()
        {
            IdentifierFirst = model.IdentifierFirst,
            IdentifierInEverySegment = model.IdentifierInEverySegment,
            MaxSegments = model.MaxSegments,
        }));
    }

    /// <summary>
    /// The octets of data groups that one packet brings to an instance: INSTALL [for personalization] and STORE DATA stand in the same
    /// script, because a card forgets the first when another packet comes. 0 when there is no room.
    /// </summary>
    public static int Personalisation(CardModel model, Aid instance)
    {
        int room = ScriptLayout.Room(model.ScriptFormat, Of(model))
            - ScriptLayout.SizeOf(model.ScriptFormat, InstallCommand.ForPersonalization(instance));
        int most = 0;
        for (int commands = 1; commands < Math.Min(model.MaxCommands, StoreDataCommand.MaxBlocks); commands++)
        {
            int data = Math.Min(CommandApdu.MaxData, ScriptLayout.MostData(model.ScriptFormat, room, le: false));
            if (data < 1)
            {
                break;
            }

            most += data;
            room -= ScriptLayout.SizeOf(model.ScriptFormat, Block(data));
        }

        return most;
    }

    private static CommandApdu Block(int length) =>
        StoreDataCommand.Blocks(Octets.Own(new byte[length]), StoreDataStructure.DataGroups, StoreDataEncryption.None)[0];
}
