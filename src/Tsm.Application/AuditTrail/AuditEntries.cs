using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Ports;

namespace Tsm.Application.AuditTrail;

/// <summary>The entries for what is done outside of turns.</summary>
public static class AuditEntries
{
    /// <summary>The longest name of a source, in characters.</summary>
    public const int MaxSourceLength = 128;

    /// <summary>Cards were imported, all of them new.</summary>
    /// <param name="source">What the cards came from, as the caller names it.</param>
    public static AuditEntry CardsImported(DateTimeOffset at, Actor actor, int count, string source) => new(
        at,
        actor,
        AuditAction.CardsImported,
        AuditSubject.Cards,
        source,
        null,
        string.Create(CultureInfo.InvariantCulture, $"{count} {(count == 1 ? "card was" : "cards were")} imported from {source}."),
        Details(("count", Number(count)), ("source", source)));

    /// <summary>An application came into the catalogue.</summary>
    public static AuditEntry ApplicationUploaded(DateTimeOffset at, Actor actor, CatalogueApplication application)
    {
        ArgumentNullException.ThrowIfNull(application);
        return new(
            at,
            actor,
            AuditAction.ApplicationUploaded,
            AuditSubject.Application,
            application.Id,
            null,
            $"{application.Name} {application.Version} was uploaded.",
            Details(
                ("name", application.Name),
                ("packageAid", application.PackageAid.ToString()),
                ("sha256", application.Sha256),
                ("version", application.Version)));
    }

    /// <summary>A card model was declared; the digest tells one version of it from another.</summary>
    public static AuditEntry CardModelSaved(DateTimeOffset at, Actor actor, CardModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        byte[] json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(model, CardModelJson.Options));
        return new(
            at,
            actor,
            AuditAction.CardModelSaved,
            AuditSubject.CardModel,
            model.Name,
            null,
            $"Card model {model.Name} was declared.",
            Details(
                ("algorithm", model.Algorithm.ToString()),
                ("checksumLength", Number(model.ChecksumLength)),
                ("keyLength", model.KeyLength is { } length ? Number(length) : null),
                ("sha256", Convert.ToHexString(SHA256.HashData(json))),
                ("spi", model.Spi)));
    }

    /// <summary>A document of the books was written; the subject kind is that of the document.</summary>
    /// <param name="text">What has changed, one sentence.</param>
    /// <param name="details">The particulars; never a key or a token.</param>
    public static AuditEntry BookSaved<T>(DateTimeOffset at, Actor actor, T document, string text, params ReadOnlySpan<(string Name, string? Value)> details)
        where T : class, IBook
    {
        ArgumentNullException.ThrowIfNull(document);
        return new(at, actor, AuditAction.BookSaved, T.Kind, document.Id, null, text, Details(details));
    }

    /// <summary>A document of the books was taken away.</summary>
    public static AuditEntry BookDeleted<T>(DateTimeOffset at, Actor actor, T document, string text)
        where T : class, IBook
    {
        ArgumentNullException.ThrowIfNull(document);
        return new(at, actor, AuditAction.BookDeleted, T.Kind, document.Id, null, text, Details());
    }

    /// <summary>A token of the API was made.</summary>
    public static AuditEntry TokenCreated(DateTimeOffset at, Actor actor, ApiTokenRow token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new(
            at, actor, AuditAction.TokenCreated, AuditSubject.Token, token.Id, null, $"Token '{token.Name}' was made.",
            Details(("role", token.Role), ("scope", token.Scope), ("name", token.Name)));
    }

    /// <summary>A token of the API was revoked.</summary>
    public static AuditEntry TokenRevoked(DateTimeOffset at, Actor actor, string token) => new(
        at, actor, AuditAction.TokenRevoked, AuditSubject.Token, token, null, "The token was revoked.", Details());

    /// <summary>A contract has ended, by its time or because somebody has ended it.</summary>
    public static AuditEntry ContractEnded(DateTimeOffset at, Actor actor, Providers.Contract contract)
    {
        ArgumentNullException.ThrowIfNull(contract);
        return new(
            at, actor, AuditAction.ContractEnded, AuditSubject.Contract, contract.Id, null,
            $"Contract {contract.Id} of provider {contract.Provider} has ended.",
            Details(("provider", contract.Provider), ("atEnd", contract.AtEnd.ToString())));
    }

    /// <summary>Particulars; what is null is left out.</summary>
    internal static ImmutableSortedDictionary<string, string> Details(params ReadOnlySpan<(string Name, string? Value)> details)
    {
        var sorted = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string name, string? value) in details)
        {
            if (value is not null)
            {
                sorted[name] = value;
            }
        }

        return sorted.ToImmutable();
    }

    internal static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
