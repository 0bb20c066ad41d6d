using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Jobs;

/// <summary>In which security domain content is managed, and how the commands have to be for that.</summary>
/// <param name="Domain">The domain that the content belongs to; null for the issuer's.</param>
/// <param name="Permit">Puts a token on a command that needs one; null where the executing domain needs none.</param>
/// <remarks>
/// Where there are tokens there are receipts: the answer of each command that has one must be seen, so it is the last of its
/// script (GPCS 2.3.1 §11.5.3.1), and a load is announced with its hash (§11.5.2.3).
/// </remarks>
public sealed record ContentOwner(Aid? Domain, Func<ChainedCommand, ChainedCommand>? Permit)
{
    // ECDSA over P-256.
    private const int TokenLength = 64;

    /// <summary>The issuer's domain.</summary>
    public static ContentOwner Issuer { get; } = new(null, null);

    /// <summary>A domain with delegated management whose tokens have the right length and permit nothing: to plan with.</summary>
    public static ContentOwner Planned(Aid domain) => new(domain, command => DelegationToken.Attach(command, Octets.Own(new byte[TokenLength])));

    /// <summary>Whether the card answers with receipts.</summary>
    public bool HasReceipts => Permit is not null;

    /// <summary>The command as it goes to the card.</summary>
    public ChainedCommand Permitted(ChainedCommand command) => Permit is { } permit ? permit(command) : command;

    /// <summary>The hash that goes with INSTALL [for load]; empty where none is needed.</summary>
    /// <param name="sha256">Of the load file data block, hexadecimal.</param>
    public Octets Hash(string sha256) => HasReceipts ? Octets.Parse(sha256) : default;
}
