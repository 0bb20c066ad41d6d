using Tsm.Application.Ports;

namespace Tsm.Application.Applications;

/// <summary>
/// Who has brought a load file. The same content may come from several, none of whom hears of the others; a load file without any entry
/// is the carrier's.
/// </summary>
public sealed record ApplicationOwner : IBook
{
    /// <inheritdoc/>
    public static string Kind => "application-owner";

    /// <inheritdoc/>
    public required string Id { get; init; }

    /// <summary>The load file.</summary>
    public required string Application { get; init; }

    /// <inheritdoc/>
    public string? Owner => Provider;

    /// <summary>The provider; null for the carrier.</summary>
    public string? Provider { get; init; }

    /// <summary>What its owner calls it.</summary>
    public required string Name { get; init; }

    /// <summary>When its owner has brought it.</summary>
    public required DateTimeOffset UploadedAt { get; init; }

    /// <summary>The id of the entry of an owner, which has a place for the carrier too.</summary>
    public static string IdOf(string application, string? provider) => $"{application}@{provider}";
}
