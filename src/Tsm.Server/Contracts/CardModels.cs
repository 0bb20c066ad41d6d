using System.Globalization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;

namespace Tsm.Server.Contracts;

/// <summary>What a type of card supports and how it behaves. What a request leaves out takes its default.</summary>
/// <param name="Name">The name by which cards refer to it: 1 to 32 lower-case letters, digits, '-' or '.'.</param>
/// <param name="Description">One sentence for people.</param>
/// <param name="Algorithm">The algorithm of its SCP80 keys.</param>
/// <param name="KeyLength">The only length of keys that an import takes, in octets: 16, 24 or 32 with AES, 16 or 24 with 3DES. Default: every one of these.</param>
/// <param name="ChecksumLength">Length of the cryptographic checksum in octets: 8, or 4 with AES. Default 8.</param>
/// <param name="Spi">SPI, four hexadecimal digits. Default 1639.</param>
/// <param name="RamTar">TAR of the issuer security domain, six hexadecimal digits. Default 000000.</param>
/// <param name="ScriptFormat">How scripts for that TAR and their answers are laid out. Default compact.</param>
/// <param name="MaxSegments">How many short messages the card puts together, 1 to 255. Default 5.</param>
/// <param name="MaxLoadBlock">The longest data of one LOAD command in octets, 16 to 255. Default 240.</param>
/// <param name="MaxCommands">The most commands in one script, 1 to 255. Default 255.</param>
/// <param name="IdentifierFirst">Whether 70 00 comes before the concatenation element. Default false.</param>
/// <param name="IdentifierInEverySegment">Whether 70 00 stands in every segment. Default false.</param>
/// <param name="StatusTagList">Whether GET STATUS takes a tag list 5C. Default true.</param>
/// <param name="Memory">Non-volatile memory for applications on a fresh card in octets, 1 to 16777216. Default 65536.</param>
/// <param name="IndicatedAttempts">After how many answers that prove nothing a job ends, 1 to 100. Default 2.</param>
/// <param name="MaxCounterJumps">How often in one job the counter is moved ahead, 0 to 100. Default 2.</param>
/// <param name="CounterJump">How far a jump goes, 1 to 65536. Default 256.</param>
/// <param name="RestoreJump">How far the counter moves ahead after the database was restored, 1 to 1000000. Default 10000.</param>
/// <param name="MaxLoadRestarts">How often a load is started again, 0 to 100. Default 3.</param>
/// <param name="Packages">Packages that are on a fresh card: what imports are checked against.</param>
/// <param name="JavaCard">The version of Java Card, such as 3.0.4. Default: unknown, and not checked.</param>
/// <param name="GlobalPlatform">The version of the GlobalPlatform card specification, such as 2.2.1. Default: unknown, and not checked.</param>
/// <param name="Toolkit">The version of the UICC toolkit API: that of uicc.toolkit among the packages; a request may leave it out.</param>
/// <param name="SecurityDomains">The most security domains below the issuer's, 0 to 255. Default: unknown, and not checked.</param>
/// <param name="Delegation">Whether there can be domains with delegated management. Default: unknown, and not checked.</param>
/// <param name="FirstDomainKeys">How a new security domain gets its first keys. Default putKey.</param>
/// <param name="KeyLayout">How the value of a key stands in PUT KEY. Default lengthAlways.</param>
/// <param name="ApplicationTable">Whether the issuer's domain holds the private application table (DF70), which an audit then reads. Default false.</param>
public sealed record CardModelDetails(
    string? Name,
    string? Description,
    KeyAlgorithm? Algorithm,
    int? KeyLength,
    int? ChecksumLength,
    string? Spi,
    string? RamTar,
    ScriptFormat? ScriptFormat,
    int? MaxSegments,
    int? MaxLoadBlock,
    int? MaxCommands,
    bool? IdentifierFirst,
    bool? IdentifierInEverySegment,
    bool? StatusTagList,
    int? Memory,
    int? IndicatedAttempts,
    int? MaxCounterJumps,
    int? CounterJump,
    int? RestoreJump,
    int? MaxLoadRestarts,
    IReadOnlyList<ImportSummary>? Packages,
    string? JavaCard = null,
    string? GlobalPlatform = null,
    string? Toolkit = null,
    int? SecurityDomains = null,
    bool? Delegation = null,
    DomainKeyRoad? FirstDomainKeys = null,
    KeyBlockLayout? KeyLayout = null,
    bool? ApplicationTable = null)
{
    /// <summary>The model as the API shows it.</summary>
    public static CardModelDetails From(CardModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(
            model.Name,
            model.Description,
            model.Algorithm,
            model.KeyLength,
            model.ChecksumLength,
            model.Spi,
            model.RamTar.ToString(),
            model.ScriptFormat,
            model.MaxSegments,
            model.MaxLoadBlock,
            model.MaxCommands,
            model.IdentifierFirst,
            model.IdentifierInEverySegment,
            model.StatusTagList,
            model.Memory,
            model.IndicatedAttempts,
            model.MaxCounterJumps,
            model.CounterJump,
            model.RestoreJump,
            model.MaxLoadRestarts,
            [.. model.Packages.Select(Summary)],
            model.JavaCard,
            model.GlobalPlatform,
            model.Toolkit,
            model.SecurityDomains,
            model.Delegation,
            model.FirstDomainKeys,
            model.KeyLayout,
            model.ApplicationTable);
    }

    /// <summary>A package as the API shows it.</summary>
    public static ImportSummary Summary(PackageReference package)
    {
        ArgumentNullException.ThrowIfNull(package);
        return new(
            package.Aid.ToString(),
            KnownPackages.Name(package.Aid),
            string.Create(CultureInfo.InvariantCulture, $"{package.Major}.{package.Minor}"));
    }

    /// <summary>The model that this body describes under <paramref name="name"/>, or its faults, one for each wrong field.</summary>
    public (CardModel? Model, IReadOnlyList<ApiFault> Faults) ToModel(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        List<ApiFault> faults = [];
        var standard = new CardModel { Name = name, Algorithm = KeyAlgorithm.Aes };
        DemandNameAndKeys(faults, name);
        Demand(faults, "spi", Spi is null || (Octets.TryParse(Spi, out Octets spi) && spi.Length == 2), "The SPI is not four hexadecimal digits.", "Write it like 1639.");
        Tar tar = standard.RamTar;
        string problem = "";
        Demand(faults, "ramTar", RamTar is null || Tar.TryParse(RamTar, out tar, out problem), problem, "Write six hexadecimal digits.");
        DemandRanges(faults);
        List<PackageReference> packages = [];
        foreach (ImportSummary package in Packages ?? [])
        {
            PackageReference? reference = Reference(package, out problem);
            Demand(faults, "packages", reference is not null, problem, "Write {\"aid\":\"A0000000620101\",\"version\":\"1.6\"}.");
            packages.Add(reference ?? new(default, 0, 0));
        }

        CardModel model = standard with
        {
            Description = Description ?? "",
            Algorithm = Algorithm ?? standard.Algorithm,
            KeyLength = KeyLength,
            ChecksumLength = ChecksumLength ?? standard.ChecksumLength,
            Spi = Spi?.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant() ?? standard.Spi,
            RamTar = tar,
            ScriptFormat = ScriptFormat ?? standard.ScriptFormat,
            MaxSegments = MaxSegments ?? standard.MaxSegments,
            MaxLoadBlock = MaxLoadBlock ?? standard.MaxLoadBlock,
            MaxCommands = MaxCommands ?? standard.MaxCommands,
            IdentifierFirst = IdentifierFirst ?? standard.IdentifierFirst,
            IdentifierInEverySegment = IdentifierInEverySegment ?? standard.IdentifierInEverySegment,
            StatusTagList = StatusTagList ?? standard.StatusTagList,
            Memory = Memory ?? standard.Memory,
            IndicatedAttempts = IndicatedAttempts ?? standard.IndicatedAttempts,
            MaxCounterJumps = MaxCounterJumps ?? standard.MaxCounterJumps,
            CounterJump = CounterJump ?? standard.CounterJump,
            RestoreJump = RestoreJump ?? standard.RestoreJump,
            MaxLoadRestarts = MaxLoadRestarts ?? standard.MaxLoadRestarts,
            Packages = [.. packages],
            JavaCard = JavaCard,
            GlobalPlatform = GlobalPlatform,
            SecurityDomains = SecurityDomains,
            Delegation = Delegation,
            FirstDomainKeys = FirstDomainKeys ?? standard.FirstDomainKeys,
            KeyLayout = KeyLayout ?? standard.KeyLayout,
            ApplicationTable = ApplicationTable ?? standard.ApplicationTable,
        };
        Demand(
            faults,
            "toolkit",
            faults.Count > 0 || Toolkit is null || string.Equals(Toolkit, model.Toolkit, StringComparison.Ordinal),
            $"The packages have uicc.toolkit {model.Toolkit ?? "not at all"}, toolkit says {Toolkit}.",
            "Correct the packages, or leave toolkit out.");
        return faults.Count > 0 ? (null, faults) : (model, []);
    }

    private void DemandRanges(List<ApiFault> faults)
    {
        Range(faults, "maxSegments", MaxSegments, 1, 255);
        Range(faults, "maxLoadBlock", MaxLoadBlock, 16, 255);
        Range(faults, "maxCommands", MaxCommands, 1, 255);
        Range(faults, "memory", Memory, 1, 16 * 1024 * 1024);
        Range(faults, "indicatedAttempts", IndicatedAttempts, 1, 100);
        Range(faults, "maxCounterJumps", MaxCounterJumps, 0, 100);
        Range(faults, "counterJump", CounterJump, 1, 65536);
        Range(faults, "restoreJump", RestoreJump, 1, 1_000_000);
        Range(faults, "maxLoadRestarts", MaxLoadRestarts, 0, 100);
        Range(faults, "securityDomains", SecurityDomains, 0, 255);
        DemandVersion(faults, "javaCard", JavaCard);
        DemandVersion(faults, "globalPlatform", GlobalPlatform);
    }

    private static void DemandVersion(List<ApiFault> faults, string field, string? version) => Demand(
        faults, field, version is null || JavaCardVersions.IsVersion(version), $"'{version}' is no version.", "Write numbers with dots between, such as 3.0.4.");

    private void DemandNameAndKeys(List<ApiFault> faults, string name)
    {
        Demand(faults, "name", Name is null || string.Equals(Name, name, StringComparison.Ordinal), "The name in the body is not the one in the path.", "Write the same name, or none in the body.");
        Demand(
            faults,
            "name",
            name.Length is >= 1 and <= 32 && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '.'),
            "A name has 1 to 32 lower-case letters, digits, '-' or '.'.",
            "Choose such a name.");
        Demand(
            faults,
            "algorithm",
            Algorithm is KeyAlgorithm.Aes or KeyAlgorithm.TripleDes,
            Algorithm is null ? "The algorithm is missing." : $"The algorithm {Algorithm} is not supported.",
            "Write aes or tripleDes.");
        Demand(
            faults,
            "keyLength",
            KeyLength is not { } length || Algorithm is not (KeyAlgorithm.Aes or KeyAlgorithm.TripleDes) || KeyMaterial.LengthsOf(Algorithm.Value).Contains(length),
            $"No key has {KeyLength} octets here.",
            "Write 16, 24 or 32 with aes, 16 or 24 with tripleDes, or nothing for all of them.");
        Demand(
            faults,
            "checksumLength",
            ChecksumLength is null or 8 || (ChecksumLength == 4 && Algorithm == KeyAlgorithm.Aes),
            $"A checksum of {ChecksumLength} octets is not possible here.",
            "Write 8, or 4 with AES.");
        Demand(
            faults,
            "firstDomainKeys",
            ChecksumLength != 4 || FirstDomainKeys != DomainKeyRoad.StoreData,
            "Keys that come by STORE DATA do not say how long checksums are: the card takes 8 octets (TS 102 226 §8.2.1.5).",
            "Write putKey, or a checksumLength of 8.");
    }

    private static void Range(List<ApiFault> faults, string field, int? value, int least, int most) =>
        Demand(faults, field, value is null || (value >= least && value <= most), $"{field} is {value}.", $"Write a number from {least} to {most}.");

    private static void Demand(List<ApiFault> faults, string field, bool holds, string problem, string next)
    {
        if (!holds)
        {
            faults.Add(new(null, field, "FIELD_INVALID", problem, next));
        }
    }

    private static PackageReference? Reference(ImportSummary package, out string problem)
    {
        if (!Aid.TryParse(package.Aid, out Aid aid, out problem))
        {
            return null;
        }

        problem = $"'{package.Version}' is no version.";
        return package.Version?.Split('.') is [string major, string minor]
            && byte.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out byte majorNumber)
            && byte.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out byte minorNumber)
                ? new(aid, majorNumber, minorNumber)
                : null;
    }
}
