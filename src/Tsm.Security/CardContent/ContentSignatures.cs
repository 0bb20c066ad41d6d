using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Crypto;

namespace Tsm.Security.CardContent;

/// <summary>Signs and verifies what GlobalPlatform has signed: tokens, receipts and DAP blocks.</summary>
/// <remarks>GPCS 2.3.1 §C.3 to §C.5. Signatures over the hash of a load file take the hash as their message.</remarks>
public static class ContentSignatures
{
    /// <summary>Permits a command by a token.</summary>
    /// <param name="command">INSTALL or DELETE, made without token.</param>
    /// <param name="key">The token key, which the issuer holds.</param>
    /// <returns>The command with its token; it may have to be cut.</returns>
    public static ChainedCommand Permit(ChainedCommand command, ContentKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return DelegationToken.Attach(command, key.Sign(DelegationToken.Input(command).Span));
    }

    /// <summary>Whether a token permits a command, as the domain with Token Verification finds it.</summary>
    /// <param name="command">The command, made without token.</param>
    /// <param name="token">The token that came with it.</param>
    /// <param name="key">The token key, or its public part.</param>
    public static bool IsPermitted(ChainedCommand command, Octets token, ContentKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Verify(DelegationToken.Input(command).Span, token.Span);
    }

    /// <summary>Makes a receipt, as the domain with Receipt Generation does.</summary>
    /// <param name="confirmation">The confirmation data.</param>
    /// <param name="input">What is signed, from the receipt that has no signature yet.</param>
    /// <param name="key">The receipt key.</param>
    public static Receipt Confirm(ConfirmationData confirmation, Func<Receipt, Octets> input, ContentKey key)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(key);
        return new(key.Sign(input(new(default, confirmation)).Span), confirmation);
    }

    /// <summary>Whether a receipt proves an operation.</summary>
    /// <param name="receipt">The receipt.</param>
    /// <param name="input">What it should have signed: <see cref="Receipt.LoadInput"/> and the like.</param>
    /// <param name="key">The receipt key.</param>
    public static bool Proves(Receipt receipt, Octets input, ContentKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Verify(input.Span, receipt.Signature.Span);
    }

    /// <summary>Signs the hash of a load file for a security domain.</summary>
    /// <param name="securityDomain">The domain that will verify it.</param>
    /// <param name="hash">The hash, as it stands in INSTALL [for load].</param>
    /// <param name="key">The DAP key.</param>
    public static DapBlock SignHash(Aid securityDomain, Octets hash, ContentKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return new(securityDomain, key.Sign(hash.Span));
    }

    /// <summary>Whether a DAP block holds for the hash of a load file.</summary>
    public static bool Holds(DapBlock block, Octets hash, ContentKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Verify(hash.Span, block.Signature.Span);
    }
}
