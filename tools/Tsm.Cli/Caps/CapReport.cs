namespace Tsm.Cli.Caps;

/// <summary>What <c>tsm cap info</c> says of a CAP file.</summary>
internal sealed record CapReport
{
    public required string PackageAid { get; init; }

    public string? PackageName { get; init; }

    public required string Version { get; init; }

    /// <summary>Version of the CAP format.</summary>
    public required string Format { get; init; }

    public bool Library => Applets.Count == 0;

    public required IReadOnlyList<string> Applets { get; init; }

    public required IReadOnlyList<ImportReport> Imports { get; init; }

    public required IReadOnlyList<ComponentReport> Components { get; init; }

    /// <summary>Octets that travel to the card.</summary>
    public required int LoadFileSize { get; init; }

    /// <summary>Estimated non-volatile memory on the card, in octets.</summary>
    public required int Memory { get; init; }

    public required IReadOnlyList<CostReport> Costs { get; init; }
}

/// <summary>A package that the CAP needs, with its least version.</summary>
internal sealed record ImportReport(string Aid, string? Name, string Version);

/// <summary>A component and its size in octets; Debug stays at home.</summary>
internal sealed record ComponentReport(string Name, int Size, bool Loaded);

/// <summary>How many packets and short messages loading and installing costs on a kind of card.</summary>
internal sealed record CostReport(string Card, int Packets, int Sms);
