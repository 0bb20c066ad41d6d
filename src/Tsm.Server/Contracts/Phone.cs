using Tsm.Application.Services;

namespace Tsm.Server.Contracts;

/// <summary>A service as the client on a phone sees it: on its card, or offered.</summary>
/// <param name="Service">Its id.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Aid">Its registered AID.</param>
/// <param name="Code">Its code in the private table, two hexadecimal digits.</param>
/// <param name="Version">The version on the card, or the one that is offered.</param>
/// <param name="State">What the card last proved.</param>
/// <param name="Wanted">What it will be when all that waits is done.</param>
/// <param name="IsPending">Whether the outcome of the last operation is unknown until the card is asked.</param>
/// <param name="IsOffered">Whether it can be asked for.</param>
public sealed record PhoneService(
    string Service,
    string Name,
    string? Aid,
    string? Code,
    string? Version,
    InstanceState State,
    InstanceState Wanted,
    bool IsPending,
    bool IsOffered);

/// <summary>Asks for something to be done with a service on the phone's own card.</summary>
/// <param name="Identifier">The service: its id, a registered AID, or two hexadecimal digits of the private table.</param>
/// <param name="Operation">download, activate, suspend, resume, terminate, deploy or upgrade.</param>
public sealed record PhoneRequestBody(string? Identifier, string? Operation);
