namespace Tsm.Application.Services;

/// <summary>A version of a service as somebody wants it, not checked yet; null for what they leave out.</summary>
/// <param name="Version">Unique in the service, such as <c>1.0</c>.</param>
/// <param name="Application">The load file by id, package AID or name.</param>
/// <param name="Module">AID of the applet in it; may be left out where the load file has one only.</param>
/// <param name="Instance">AID of the instance; that of the module when left out.</param>
/// <param name="Privileges">One or three octets, hexadecimal.</param>
/// <param name="Parameters">Content of C9, hexadecimal with variables.</param>
/// <param name="Tar">Six hexadecimal digits.</param>
/// <param name="Libraries">Load files by id, package AID or name in the order in which they are loaded; found by the server when left out.</param>
/// <param name="Personalisation">Data groups for STORE DATA.</param>
/// <param name="Upgrade">How it takes the place of an older version.</param>
public sealed record ServiceVersionDraft(
    string? Version,
    string? Application,
    string? Module = null,
    string? Instance = null,
    string? Privileges = null,
    string? Parameters = null,
    string? Tar = null,
    IReadOnlyList<string>? Libraries = null,
    IReadOnlyList<DataGroupTemplate>? Personalisation = null,
    UpgradeRule? Upgrade = null);
