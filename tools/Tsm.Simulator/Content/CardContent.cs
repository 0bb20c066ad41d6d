using System.Collections.Immutable;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Content;

/// <summary>A load file on the card (ELF).</summary>
/// <param name="Aid">The AID of its package.</param>
/// <param name="Version">The version of its package.</param>
/// <param name="Modules">The AIDs of its applets; empty for a library.</param>
/// <param name="Imports">The AIDs of the packages it is linked with.</param>
/// <param name="Memory">Non-volatile memory it takes, in octets.</param>
/// <param name="SecurityDomain">The domain it is associated with.</param>
public sealed record LoadFile(
    Aid Aid, PackageVersion Version, ImmutableArray<Aid> Modules, ImmutableArray<Aid> Imports, int Memory,
    Aid SecurityDomain);

/// <summary>An application on the card, or a supplementary security domain.</summary>
/// <param name="Aid">The AID of the instance.</param>
/// <param name="LoadFile">The load file it comes from.</param>
/// <param name="Module">The applet in it.</param>
/// <param name="State">The life cycle state.</param>
/// <param name="Privileges">What it may do.</param>
/// <param name="Memory">Non-volatile memory it takes, in octets.</param>
/// <param name="SecurityDomain">The domain it is associated with.</param>
public sealed record Instance(
    Aid Aid, Aid LoadFile, Aid Module, LifeCycle State, Privileges Privileges, int Memory, Aid SecurityDomain)
{
    /// <summary>The TARs it asked for; those of a domain are kept by the domain.</summary>
    public ImmutableArray<Tar> Tars { get; init; } = [];

    /// <summary>What it was personalised with; null for nothing.</summary>
    public Personalisation? Personalisation { get; init; }
}

/// <summary>
/// What is on a card and how much room is left: the registry of the GlobalPlatform environment (OPEN).
/// </summary>
/// <remarks>
/// The packages of the factory are code in ROM: they resolve imports, take no memory, are not listed by GET STATUS and
/// cannot be deleted, as on most cards. One of them is the stock security domain, which every card has; whether it is
/// listed is a matter of the profile.
/// </remarks>
public sealed class CardContent(Aid issuerSecurityDomain, int memory, ImmutableArray<CardPackage> platform)
{
    private List<LoadFile>? _loadFiles;
    private List<Instance>? _instances;

    /// <summary>The AID of the issuer security domain.</summary>
    public Aid IssuerSecurityDomain => issuerSecurityDomain;

    /// <summary>Memory for applications on the fresh card, in octets.</summary>
    public int Memory => memory;

    /// <summary>Memory taken, the load under way included.</summary>
    public int Used { get; private set; }

    /// <summary>Memory left.</summary>
    public int Free => memory - Used;

    /// <summary>The load files in the order in which they were loaded.</summary>
    public IReadOnlyList<LoadFile> LoadFiles => _loadFiles ?? (IReadOnlyList<LoadFile>)[];

    /// <summary>The applications in the order in which they were installed.</summary>
    public IReadOnlyList<Instance> Instances => _instances ?? (IReadOnlyList<Instance>)[];

    /// <summary>Takes memory; false and no change when there is not enough.</summary>
    public bool TryReserve(int octets)
    {
        if (octets > Free)
        {
            return false;
        }

        Used += octets;
        return true;
    }

    /// <summary>Gives memory back.</summary>
    public void Release(int octets) => Used -= octets;

    /// <summary>Whether anything on the card has the AID.</summary>
    public bool IsTaken(Aid aid) => aid == issuerSecurityDomain
        || FindLoadFile(aid) is not null || FindInstance(aid) is not null || IsPlatform(aid);

    /// <summary>The load file with the AID, or null.</summary>
    public LoadFile? FindLoadFile(Aid aid) => _loadFiles?.Find(f => f.Aid == aid);

    /// <summary>The application with the AID, or null.</summary>
    public Instance? FindInstance(Aid aid) => _instances?.Find(i => i.Aid == aid);

    /// <summary>Whether the AID is that of a package of the factory.</summary>
    public bool IsPlatform(Aid aid) => aid == Aid.SecurityDomainLoadFile || platform.Any(p => p.Aid == aid);

    /// <summary>
    /// Whether a package with the AID, the same major and at least this minor version is there (JCVM §4.5.2).
    /// </summary>
    public bool Resolves(Aid aid, PackageVersion version)
    {
        bool Fits(PackageVersion found) => found.Major == version.Major && found.Minor >= version.Minor;
        return platform.Any(p => p.Aid == aid && Fits(p.Version))
            || (FindLoadFile(aid) is { } file && Fits(file.Version));
    }

    /// <summary>The applications that come from the load file.</summary>
    public IReadOnlyList<Instance> InstancesOf(LoadFile file) => [.. Instances.Where(i => i.LoadFile == file.Aid)];

    /// <summary>Whether anything is associated with the domain.</summary>
    public bool HasContent(Aid securityDomain) => Instances.Any(i => i.SecurityDomain == securityDomain)
        || LoadFiles.Any(f => f.SecurityDomain == securityDomain);

    /// <summary>Whether another load file is linked with the load file.</summary>
    public bool IsImported(LoadFile file) => LoadFiles.Any(f => f != file && f.Imports.Contains(file.Aid));

    /// <summary>Enters a load file whose memory is reserved already.</summary>
    public void Add(LoadFile file) => (_loadFiles ??= []).Add(file);

    /// <summary>Enters an application whose memory is reserved already.</summary>
    public void Add(Instance instance) => (_instances ??= []).Add(instance);

    /// <summary>Gives an application another state or domain.</summary>
    public void Replace(Instance instance, Instance by) => _instances![_instances.IndexOf(instance)] = by;

    /// <summary>Gives a load file another domain.</summary>
    public void Replace(LoadFile file, LoadFile by) => _loadFiles![_loadFiles.IndexOf(file)] = by;

    /// <summary>Removes a load file and frees its memory.</summary>
    public void Remove(LoadFile file)
    {
        _loadFiles!.Remove(file);
        Release(file.Memory);
    }

    /// <summary>Removes an application and frees its memory.</summary>
    public void Remove(Instance instance)
    {
        _instances!.Remove(instance);
        Release(instance.Memory);
    }
}
