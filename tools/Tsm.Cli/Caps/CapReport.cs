namespace Tsm.Cli.Caps;

/// <summary>What <c>tsm cap info</c> says of a CAP file.</summary>
internal sealed record CapReport
{
    public required string PackageAid { get; init; }

    public string? PackageName { get; init; }

    public required string Version { get; init; }

    /// <summary>Version of the CAP format.</summary>
    public required string Format { get; init; }

    /// <summary>The Java Card version that the CAP format or the imports speak of.</summary>
    public string? JavaCard { get; init; }

    public bool Library => Applets.Count == 0;

    public required IReadOnlyList<string> Applets { get; init; }

    public required IReadOnlyList<CapImport> Imports { get; init; }

    public required IReadOnlyList<CapPart> Components { get; init; }

    /// <summary>Octets that travel to the card.</summary>
    public required int LoadFileSize { get; init; }

    /// <summary>Estimated non-volatile memory on the card, in octets.</summary>
    public required int Memory { get; init; }

    public required IReadOnlyList<CapCost> Costs { get; init; }
}

/// <summary>A package that the CAP needs, with its least version.</summary>
internal sealed record CapImport(string Aid, string? Name, string Version);

/// <summary>A component and its size in octets, and whether it travels to the card.</summary>
internal sealed record CapPart(string Name, int Size, bool Loaded);

/// <summary>How many short messages a load costs on a kind of card.</summary>
internal sealed record CapCost(string Card, int Sms);
