using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Security.CardContent;
using Tsm.Security.Crypto;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Content;

/// <summary>Who may manage content, with tokens and receipts where it is delegated (GPCS 2.3.1 §9.1.3, §9.2, §C.4, §C.5).</summary>
public sealed partial class SecurityDomain
{
    private const uint DeleteTokenTag = 0x9E;
    private const byte TokenKeyVersion = 0x70;
    private const byte ReceiptKeyVersion = 0x71;

    /// <summary>How many receipts the domain has made; the counter of the next one is one higher.</summary>
    public ushort Receipts { get; private set; }

    // Whether the domain may execute a command that changes content, and what is to be answered if not.
    private StatusWord Authorise(ChainedCommand command, Octets token)
    {
        // A token where none is required is an error (§9.2.1): the issuer's domain and those with AM decide themselves.
        if (IsIssuer || (Privileges.Has(Privileges.AuthorizedManagement) && State == LifeCycle.Personalized))
        {
            return token.IsEmpty ? StatusWord.Success : StatusWord.IncorrectData;
        }

        // Without AM or DM, or without keys of its own, a domain manages no content (§9.4).
        if (!Privileges.Has(Privileges.DelegatedManagement) || State != LifeCycle.Personalized)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // What is delegated needs the issuer's token. GPCS leaves the status word to the card: security status.
        if (!token.IsEmpty && _environment.Issuer.Permits(Untokened(command, token), token))
        {
            return StatusWord.Success;
        }

        Account.Add(Tally.TokensRefused);
        return StatusWord.SecurityNotSatisfied;
    }

    private bool Permits(ChainedCommand command, Octets token)
    {
        using ContentKey? key = FindKey(TokenKeyVersion, 1)?.OpenForContent();
        return key is not null && ContentSignatures.IsPermitted(command, token, key);
    }

    // The command as it was when the token was made: INSTALL with an empty token, DELETE with none.
    private static ChainedCommand Untokened(ChainedCommand command, Octets token)
    {
        if (command.Ins == Instruction.Install)
        {
            int field = BerTlv.LengthSize(token.Length) + token.Length;
            return command with { Data = Octets.Concat(command.Data.Slice(0, command.Data.Length - field), Octets.Copy([0x00])) };
        }

        var kept = new List<Octets>();
        var reader = new BerTlvReader(command.Data.Span);
        int start = 0;
        while (reader.TryRead(out uint tag, out _))
        {
            if (tag != DeleteTokenTag)
            {
                kept.Add(command.Data.Slice(start, reader.Offset - start));
            }

            start = reader.Offset;
        }

        return command with { Data = Octets.Concat([.. kept]) };
    }

    // 9000 with a receipt, if the command came to a domain with DM and the issuer's domain has a key for it (§11.5.3.1).
    private ResponseApdu Confirm(Func<Receipt, Octets> input) =>
        !IsIssuer && Privileges.Has(Privileges.DelegatedManagement) && _environment.Issuer.MakeReceipt(input) is { } receipt
            ? new(receipt, StatusWord.Success)
            : Confirm();

    private Octets? MakeReceipt(Func<Receipt, Octets> input)
    {
        using ContentKey? key = FindKey(ReceiptKeyVersion, 1)?.OpenForContent();

        // The counter never comes back (§9.1.3.6): after the last one there are no receipts.
        if (key is null || Receipts == ushort.MaxValue)
        {
            return null;
        }

        Receipts++;
        Account.Add(Tally.ReceiptsMade);
        Receipt receipt = ContentSignatures.Confirm(new(Receipts, UniqueData()), input, key);
        byte[] octets = new byte[receipt.Length];
        receipt.Write(octets);
        return Octets.Own(octets);
    }

    // §11.1.6: the values of 42 and 45, one after the other.
    private Octets UniqueData() => Octets.Concat(
        FindObject(CardObject.IssuerIdentification) ?? default, FindObject(CardObject.CardImageNumber) ?? default);
}
