using System.Globalization;
using Tsm.Application.Services;

namespace Tsm.Server.Contracts;

/// <summary>A service that is offered. What a request leaves out is not set.</summary>
/// <param name="Id">2 to 32 lower-case letters, digits and hyphens; unique among all providers.</param>
/// <param name="Provider">The id of the provider; a provider that offers its own may leave it out.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Aid">The AID registered for it.</param>
/// <param name="Code">Its code in the private table, two hexadecimal digits.</param>
/// <param name="ApplicationServer">The application server that allocates keys and serial numbers for it.</param>
/// <param name="OnCardSwap">What becomes of it when the subscription moves to another card. Default move.</param>
public sealed record ServiceRequest(
    string? Id, string? Provider, string? Name, string? Aid, string? Code, string? ApplicationServer, CardSwapRule? OnCardSwap);

/// <summary>What changes of a service. What is left out stays; an empty text takes away.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Aid">The AID registered for it.</param>
/// <param name="Code">Its code in the private table, two hexadecimal digits.</param>
/// <param name="ApplicationServer">The application server that allocates keys and serial numbers for it.</param>
/// <param name="OnCardSwap">What becomes of it when the subscription moves to another card.</param>
public sealed record ServiceChange(string? Name, string? Aid, string? Code, string? ApplicationServer, CardSwapRule? OnCardSwap);

/// <summary>A version of a service.</summary>
/// <param name="Version">Unique in the service; 1 to 32 letters, digits, '.' or '-'.</param>
/// <param name="Application">The load file by id, package AID or name.</param>
/// <param name="Module">AID of the applet in it; may be left out where there is one only.</param>
/// <param name="Instance">AID of the instance. Default: that of the module.</param>
/// <param name="Privileges">Privileges of the instance, one or three octets. Default none.</param>
/// <param name="Parameters">Content of C9, hexadecimal with variables such as {serial}.</param>
/// <param name="Tar">The TAR of the instance, six hexadecimal digits.</param>
/// <param name="Libraries">Load files that come first, in this order. Default: what the imports ask for.</param>
/// <param name="Personalisation">Data groups for STORE DATA, in this order.</param>
/// <param name="Upgrade">How it takes the place of an older version. Default replace.</param>
public sealed record ServiceVersionRequest(
    string? Version,
    string? Application,
    string? Module,
    string? Instance,
    string? Privileges,
    string? Parameters,
    string? Tar,
    IReadOnlyList<string>? Libraries,
    IReadOnlyList<DataGroupBody>? Personalisation,
    UpgradeRule? Upgrade)
{
    /// <summary>The version as it is checked.</summary>
    public ServiceVersionDraft ToDraft() => new(
        Version, Application, Module, Instance, Privileges, Parameters, Tar, Libraries,
        Personalisation is null ? null : [.. Personalisation.Select(g => new DataGroupTemplate(g.Id ?? "", g.Content ?? ""))], Upgrade);
}

/// <summary>A data group of the personalisation.</summary>
/// <param name="Id">The data group identifier, four hexadecimal digits.</param>
/// <param name="Content">Hexadecimal digits with variables: {iccid}, {msisdn}, and what the application server allocates, such as {key}.</param>
public sealed record DataGroupBody(string? Id, string? Content);

/// <summary>Why a version is rejected.</summary>
/// <param name="Reason">One sentence for the provider, up to 200 characters.</param>
public sealed record Rejection(string? Reason);

/// <summary>A service as it is offered.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Aid">The AID registered for it.</param>
/// <param name="Code">Its code in the private table.</param>
/// <param name="ApplicationServer">The application server that allocates for it.</param>
/// <param name="OnCardSwap">What becomes of it when the subscription moves to another card.</param>
/// <param name="Current">The version that cards get: the newest that is approved.</param>
/// <param name="Versions">All versions, the oldest first.</param>
/// <param name="CreatedAt">When it was offered first.</param>
/// <param name="WithdrawnAt">Since when nobody may ask for it any more.</param>
/// <param name="Revision">Rises with every change.</param>
public sealed record ServiceDetails(
    string Id,
    string Provider,
    string Name,
    string? Aid,
    string? Code,
    string? ApplicationServer,
    CardSwapRule OnCardSwap,
    string? Current,
    IReadOnlyList<ServiceVersionDetails> Versions,
    DateTimeOffset CreatedAt,
    DateTimeOffset? WithdrawnAt,
    long Revision)
{
    /// <summary>The service as the API shows it.</summary>
    public static ServiceDetails From(Service service, long revision)
    {
        ArgumentNullException.ThrowIfNull(service);
        return new(
            service.Id,
            service.Provider,
            service.Name,
            service.Aid?.ToString(),
            CodeText(service.Code),
            service.ApplicationServer,
            service.OnCardSwap,
            service.Current?.Version,
            [.. service.Versions.Select(ServiceVersionDetails.From)],
            service.CreatedAt,
            service.WithdrawnAt,
            revision);
    }

    /// <summary>A code of the private table as two hexadecimal digits.</summary>
    public static string? CodeText(byte? code) => code?.ToString("X2", CultureInfo.InvariantCulture);
}

/// <summary>A version as it was taken.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Application">The id of its load file.</param>
/// <param name="Module">AID of the applet.</param>
/// <param name="Instance">AID of the instance.</param>
/// <param name="Privileges">Privileges, hexadecimal.</param>
/// <param name="Parameters">Content of C9 with variables.</param>
/// <param name="Tar">The TAR of the instance.</param>
/// <param name="Libraries">Ids of the load files that come first, in this order.</param>
/// <param name="Personalisation">Data groups.</param>
/// <param name="Variables">What an application server has to allocate.</param>
/// <param name="Upgrade">How it takes the place of an older version.</param>
/// <param name="State">What the carrier says of it.</param>
/// <param name="Rejection">Why it was rejected.</param>
/// <param name="CreatedAt">When it was uploaded.</param>
/// <param name="ApprovedAt">When it was approved.</param>
/// <param name="RejectedAt">When it was rejected.</param>
public sealed record ServiceVersionDetails(
    string Version,
    string Application,
    string Module,
    string Instance,
    string? Privileges,
    string? Parameters,
    string? Tar,
    IReadOnlyList<string> Libraries,
    IReadOnlyList<DataGroupBody> Personalisation,
    IReadOnlyList<string> Variables,
    UpgradeRule Upgrade,
    ApprovalState State,
    string? Rejection,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ApprovedAt,
    DateTimeOffset? RejectedAt)
{
    /// <summary>The version as the API shows it.</summary>
    public static ServiceVersionDetails From(ServiceVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return new(
            version.Version,
            version.Application,
            version.Module.ToString(),
            version.Instance.ToString(),
            version.Privileges.IsEmpty ? null : version.Privileges.ToString(),
            version.Parameters.Length == 0 ? null : version.Parameters,
            version.Tar?.ToString(),
            version.Libraries,
            [.. version.Personalisation.Select(p => new DataGroupBody(p.Id, p.Content))],
            ServiceTemplates.Allocated(version),
            version.Upgrade,
            version.ApprovedAt is not null ? ApprovalState.Approved : version.RejectedAt is not null ? ApprovalState.Rejected : ApprovalState.Pending,
            version.Rejection,
            version.CreatedAt,
            version.ApprovedAt,
            version.RejectedAt);
    }
}

/// <summary>What the carrier says of a version.</summary>
public enum ApprovalState
{
    /// <summary>Nothing yet.</summary>
    Pending,

    /// <summary>Cards may get it.</summary>
    Approved,

    /// <summary>Cards may not get it.</summary>
    Rejected,
}

/// <summary>On which card models a version can go.</summary>
/// <param name="Version">The version.</param>
/// <param name="State">What the carrier says of it.</param>
/// <param name="Models">Each card model with its verdict.</param>
public sealed record VersionCompatibility(string Version, ApprovalState State, IReadOnlyList<ModelCompatibility> Models);

/// <summary>The compatibility matrix of a service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Versions">Its versions, the oldest first.</param>
public sealed record ServiceMatrix(string Service, IReadOnlyList<VersionCompatibility> Versions);

/// <summary>The private table as cards hold it.</summary>
/// <param name="Entries">The codes in their order.</param>
/// <param name="Tlv">The object DF70 for STORE DATA, hexadecimal: of all entries that have an AID.</param>
public sealed record ServiceTable(IReadOnlyList<ServiceTableEntry> Entries, string Tlv);

/// <summary>A code of the private table.</summary>
/// <param name="Code">Two hexadecimal digits.</param>
/// <param name="Service">The service.</param>
/// <param name="Provider">Its provider.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Aid">The registered AID, or else that of the newest version's instance; absent while there is neither.</param>
/// <param name="Withdrawn">Whether nobody may ask for it any more; its code stays taken.</param>
public sealed record ServiceTableEntry(string Code, string Service, string Provider, string Name, string? Aid, bool Withdrawn);

/// <summary>The table of a card, to be compared.</summary>
/// <param name="Tlv">The object DF70 as the card has it, hexadecimal.</param>
public sealed record TableComparisonRequest(string? Tlv);

/// <summary>Where a card and the server disagree.</summary>
/// <param name="Agrees">Whether there is no disagreement.</param>
/// <param name="Disagreements">Each of them, in the order of the codes.</param>
public sealed record TableComparison(bool Agrees, IReadOnlyList<TableDisagreement> Disagreements);

/// <summary>A code for which card and server do not say the same.</summary>
/// <param name="Code">Two hexadecimal digits.</param>
/// <param name="Card">The AID on the card; absent when the card does not know the code.</param>
/// <param name="Server">The AID here; absent when the server does not know the code.</param>
/// <param name="Meaning">The same as one sentence.</param>
public sealed record TableDisagreement(string Code, string? Card, string? Server, string Meaning);
