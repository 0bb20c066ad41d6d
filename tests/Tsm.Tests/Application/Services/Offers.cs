using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application.Services;

/// <summary>Providers, services and load files to test with.</summary>
internal static class Offers
{
    public static readonly PackageReference Framework = new(Aid.Parse("A0000000620101"), 1, 3);

    public static readonly Provider Acme = new()
    {
        Id = "acme",
        Name = "Acme",
        DomainAid = Aid.Parse("F0AC000001"),
        DomainTar = Tar.Parse("0A0001"),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    public static readonly Provider Globex = new()
    {
        Id = "globex",
        Name = "Globex",
        DomainAid = Aid.Parse("F0AC000002"),
        DomainTar = Tar.Parse("0A0002"),
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>A card model with Java Card 3.0.4 and what it is asked to have besides.</summary>
    public static CardModel Model(string name = "uicc") => new()
    {
        Name = name,
        Algorithm = KeyAlgorithm.Aes,
        JavaCard = "3.0.4",
        GlobalPlatform = "2.2.1",
        Packages = [Framework with { Minor = 5 }],
    };

    public static Service Service(string id = "canteen", string provider = "acme") => new()
    {
        Id = id,
        Provider = provider,
        Name = id,
        ApplicationServer = "canteen-server",
        CreatedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>A load file; with an applet unless it is a library.</summary>
    public static CatalogueApplication LoadFile(string name, string aid, bool library = false, params PackageReference[] imports) => new(
        $"{name}-id", name, Aid.Parse(aid), null, "1.0", "2.1", library ? [] : [Aid.Parse(aid + "01")], [Framework, .. imports],
        Octets.Parse("C4020000"), 100, "00", DateTimeOffset.UnixEpoch);

    public static PackageReference Import(CatalogueApplication library) => library.Package;

    /// <summary>An approved version.</summary>
    public static ServiceVersion Version(string name, CatalogueApplication application, params string[] libraries) => new()
    {
        Version = name,
        Application = application.Id,
        Module = application.Applets.Length > 0 ? application.Applets[0] : application.PackageAid,
        Instance = application.Applets.Length > 0 ? application.Applets[0] : application.PackageAid,
        Libraries = [.. libraries],
        CreatedAt = DateTimeOffset.UnixEpoch,
        ApprovedAt = DateTimeOffset.UnixEpoch,
    };

    /// <summary>A tenant with two providers and these services and load files, as an operator or a provider sees it.</summary>
    public static ServiceSurroundings Around(
        IReadOnlyList<CatalogueApplication> applications, IReadOnlyList<Service>? services = null, bool isOperator = true) =>
        new([Acme, Globex], services ?? [], applications, [Model()], applications, isOperator);
}
