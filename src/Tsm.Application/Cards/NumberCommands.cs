using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Card.Encoding;

namespace Tsm.Application.Cards;

/// <summary>Gives the card a number; the card that had it loses it. The same number twice changes nothing.</summary>
/// <param name="Msisdn">Digits without plus.</param>
/// <param name="By">Who does it, for the audit trail.</param>
public sealed record ChangeNumber(string Msisdn, Actor By) : IGrainCommand;

/// <summary>Takes a number from the card, because it is out of service or another card's. A card that has another number keeps that.</summary>
/// <param name="Msisdn">The number it loses.</param>
/// <param name="By">Who does it, for the audit trail.</param>
public sealed record LoseNumber(string Msisdn, Actor By) : IGrainCommand;

/// <summary>The number of the card now.</summary>
/// <param name="Msisdn">Empty for none.</param>
/// <param name="Before">What it was before; the same when nothing has changed.</param>
public sealed record NumberIs(string Msisdn, string Before) : IReply;

/// <summary>
/// The message is an answer to something that this card has no more under way, or to something of the card that had its number
/// before.
/// </summary>
/// <param name="Whole">The whole answer as one message, whatever it was cut into.</param>
public sealed record MessageLate(Octets Whole) : IReply;

/// <summary>
/// Gives an alias to the grain from now on; who held it keeps it for all times before, and is told that it has lost it.
/// </summary>
/// <param name="Kind"><c>msisdn</c>.</param>
/// <param name="At">The time of the turn.</param>
public sealed record MoveAlias(string Kind, string Value, DateTimeOffset At) : Effect;

/// <summary>Takes an alias from the grain from now on, if it still holds it.</summary>
/// <param name="Kind"><c>msisdn</c>.</param>
/// <param name="At">The time of the turn.</param>
public sealed record EndAlias(string Kind, string Value, DateTimeOffset At) : Effect;
