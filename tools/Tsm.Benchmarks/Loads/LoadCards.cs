using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Benchmarks.Hosts;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;

namespace Tsm.Benchmarks.Loads;

/// <summary>Cards to measure with: as they are after some jobs, about 720 octets of state, and with keys of their own.</summary>
internal static class LoadCards
{
    public const string Tenant = "local";

    private const int Chunk = 10_000;
    private const int EndedJobs = 4;
    private const int KeyLength = 16;

    private static readonly CardModel Model = new() { Name = "uicc-aes", Algorithm = KeyAlgorithm.Aes };

    private static readonly ImmutableArray<ContentItem> Contents =
    [
        new(Aid.Parse("F0546D5301"), ContentKind.LoadFile, LifeCycle.Loaded, LifeCycle.Loaded, Unknown: false, null, null, "1.0", DateTimeOffset.UnixEpoch),
        new(Aid.Parse("F0546D53010101"), ContentKind.Application, LifeCycle.Selectable, LifeCycle.Selectable, Unknown: false, Aid.Parse("F0546D5301"), null, null, DateTimeOffset.UnixEpoch),
    ];

    /// <summary>The key of a card by its number.</summary>
    public static GrainKey Key(int number) => new(Tenant, CardMachine.GrainKind, number.ToString("x16", CultureInfo.InvariantCulture));

    /// <summary>ICCID with its check digit.</summary>
    public static string IccidOf(int number)
    {
        string body = $"89999200{number.ToString("D10", CultureInfo.InvariantCulture)}";
        return body + Iccid.CheckDigit(body);
    }

    /// <summary>MSISDN.</summary>
    public static string MsisdnOf(int number) => $"49172{number.ToString("D7", CultureInfo.InvariantCulture)}";

    /// <summary>Writes cards 0 to <paramref name="count"/> - 1 the way an import does.</summary>
    public static async Task WriteAsync(ILoadNode target, int count, CancellationToken cancellationToken)
    {
        foreach (int[] numbers in Enumerable.Range(0, count).Chunk(Chunk))
        {
            ImportedCard[] cards = [.. numbers.Select(n => Make(n, target.Vault))];
            AuditEntry audit = AuditEntries.CardsImported(DateTimeOffset.UnixEpoch, Actor.CardRules, cards.Length, "benchmark");
            await target.Import.ImportAsync(Tenant, cards, DateTimeOffset.UnixEpoch, audit, cancellationToken);
        }
    }

    /// <summary>A card ready to be imported.</summary>
    public static ImportedCard Make(int number, IKeyVault vault)
    {
        GrainKey key = Key(number);
        using var keys = new KeySet(1, NewKey(), NewKey(), NewKey());
        CardState state = CardMachine.Create(IccidOf(number), MsisdnOf(number), Model, road: "", keyVersion: 1, counter: 0) with
        {
            Contents = Contents,
            Ended = [.. Enumerable.Range(0, EndedJobs).Select(i => new EndedJob($"{number:x24}{i:x8}", JobStatus.Done))],
        };
        return new(key, CardState.CurrentSchema, new CardMachine().Serialize(state), [vault.Wrap(key, keys)], CardMachine.Row(key, state));
    }

    private static KeyMaterial NewKey() => KeyMaterial.From(RandomNumberGenerator.GetBytes(KeyLength), KeyAlgorithm.Aes);
}
