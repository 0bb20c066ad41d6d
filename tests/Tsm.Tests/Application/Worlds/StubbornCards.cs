using Tsm.Application.Cards;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Simulator.Cards;

namespace Tsm.Tests.Application.Worlds;

/// <summary>
/// How cards differ from a well-behaved one, each by name: every recovery behaviour that cards in the field show. A quirk
/// that a server has to know changes the card model too; one that it cannot know does not.
/// </summary>
internal static class StubbornCards
{
    /// <summary>The key that a server has wrongly, for the quirk <c>wrong-key</c>.</summary>
    public const string WrongKey = "FFEEDDCCBBAA99887766554433221100";

    /// <summary>The counter of a card that is ahead of the books, for the quirk <c>ahead</c>; two jumps reach it.</summary>
    public const ulong AheadBy = 300;

    private static readonly Dictionary<string, (Func<CardProfile, CardProfile> Card, Func<CardModel, CardModel> Model)> Quirks =
        new(StringComparer.Ordinal)
        {
            // What a repeated packet is answered with: the profiles say 02 or 06.
            ["replay02"] = (p => p with { ReplayAnsweredAs = ReplayAnswer.CounterLow }, m => m),
            ["replay06"] = (p => p with { ReplayAnsweredAs = ReplayAnswer.Unidentified }, m => m),
            ["replay-silent"] = (p => p with { ReplayAnsweredAs = ReplayAnswer.Silent }, m => m),

            // How a refusal is protected.
            ["errors-signed"] = (p => p with { ErrorPor = ErrorPor.AsAsked }, m => m),
            ["errors-silent"] = (p => p with { ErrorPor = ErrorPor.Silent }, m => m),

            // What the card can answer at all: PoR without CC; PoR in the delivery report, which gets lost.
            ["por-unsigned"] = (p => p, m => m with { Spi = "1631" }),
            ["por-missing"] = (p => p, m => m with { Spi = "1619" }),

            // What becomes of a load and of a list.
            ["load-kept-at-reset"] = (p => p with { LoadSurvivesReset = true }, m => m),
            ["load-kept-at-others"] = (p => p with { LoadSurvivesForeignCommand = true }, m => m),
            ["position-kept"] = (p => p with { StatusPositionSurvives = true }, m => m),
            ["short-pages"] = (p => p with { StatusPage = 40 }, m => m),
            ["no-tag-list"] = (p => p with { StatusTagList = false }, m => m with { StatusTagList = false }),

            // Expanded scripts at the TAR of the compact ones.
            ["expanded-detected"] = (p => p with { DetectsScriptFormat = true }, m => m with { RamTar = Tar.IssuerSecurityDomain, ScriptFormat = ScriptFormat.Expanded }),

            // Status words and answers that differ.
            ["duplicate-6985"] = (p => p with { DuplicateAidAnsweredAs = new(0x6985) }, m => m),
            ["takes-status"] = (p => p with { TakesCurrentStatus = true }, m => m),
            ["confirms-not"] = (p => p with { Confirms = false }, m => m),
            ["counts-not"] = (p => p with { CountsGetResponse = false }, m => m),
            ["header-first"] = (p => p with { NeedsCommandHeaderFirst = true }, m => m with { IdentifierFirst = true }),
            ["one-buffer"] = (p => p with { ReassemblyBuffers = 1 }, m => m),

            // Memory that others have filled: no room for the load file, or for its instance only.
            ["full"] = (p => p with { Memory = 1_000 }, m => m),
            ["nearly-full"] = (p => p with { Memory = CardWorld.SampleLength + 100 }, m => m),

            // Books that are wrong from the start: applied by the world itself.
            ["ahead"] = (p => p, m => m),
            ["wrong-key"] = (p => p, m => m),
        };

    /// <summary>On whose behalf everything is asked for, and how a domain gets its first keys: for worlds of providers only.</summary>
    private static readonly Dictionary<string, (Func<CardProfile, CardProfile> Card, Func<CardModel, CardModel> Model)> Providers =
        new(StringComparer.Ordinal)
        {
            ["provider-simple"] = (p => p, m => m),
            ["provider-delegated"] = (p => p, m => m),
            ["provider-authorized"] = (p => p, m => m),
            ["keys-by-store-data"] = (p => p, m => m with { FirstDomainKeys = DomainKeyRoad.StoreData }),
        };

    /// <summary>The names of all quirks.</summary>
    public static string[] Names { get; } = [.. Quirks.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The mode that a quirk of providers names; null for the carrier's own jobs.</summary>
    public static ContractMode? ModeOf(IEnumerable<string> quirks) => quirks.FirstOrDefault(q => q.StartsWith("provider-", StringComparison.Ordinal)) is { } quirk
        ? Enum.Parse<ContractMode>(quirk["provider-".Length..], ignoreCase: true)
        : null;

    /// <summary>A card of the profile with the quirks, and the model that a server has of it.</summary>
    public static (CardProfile Profile, CardModel Model) Make(string card, IEnumerable<string> quirks)
    {
        CardProfile profile = CardProfiles.Get(card);
        CardModel model = CardWorld.ModelOf(profile);
        foreach (string quirk in quirks)
        {
            (Func<CardProfile, CardProfile> ofCard, Func<CardModel, CardModel> ofModel) = Quirks.TryGetValue(quirk, out var known) ? known : Providers[quirk];
            profile = ofCard(profile);
            model = ofModel(model);
        }

        return (profile, model);
    }
}
