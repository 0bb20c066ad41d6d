using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Cards;

/// <summary>On whose behalf a job is done, and where its application goes.</summary>
public sealed record ServiceOrder
{
    /// <summary>The service; null for what concerns the provider's domain alone.</summary>
    public string? Service { get; init; }

    /// <summary>Its version.</summary>
    public string? Version { get; init; }

    /// <summary>The provider.</summary>
    public required string Provider { get; init; }

    /// <summary>The contract under which it is done.</summary>
    public string? Contract { get; init; }

    /// <summary>The request that led to the job.</summary>
    public string? Request { get; init; }

    /// <summary>Who asked for it; null for the carrier.</summary>
    public Holder? By { get; init; }

    /// <summary>The provider's security domain; null where the application goes into the issuer's.</summary>
    public DomainOrder? Domain { get; init; }

    /// <summary>The TAR of the instance where it is a toolkit application (EA, 80); null where it has none.</summary>
    public Tar? Tar { get; init; }

    /// <summary>
    /// The data groups for STORE DATA one after the other, sealed for this card by <see cref="Ports.IKeyVault.Seal"/>; empty for none.
    /// </summary>
    public Octets Personalisation { get; init; }

    /// <summary>For an installation: content of C9, sealed likewise; empty for none.</summary>
    public Octets Parameters { get; init; }
}

/// <summary>A provider's security domain, as it shall be on the card.</summary>
/// <param name="Aid">Its AID.</param>
/// <param name="Tar">The TAR at which it takes SCP80 packets.</param>
/// <param name="Mode">Who commands its content: decides its privileges.</param>
/// <param name="RemoveWhenEmpty">Whether it goes with its last application.</param>
public sealed record DomainOrder(Aid Aid, Tar Tar, ContractMode Mode, bool RemoveWhenEmpty);
