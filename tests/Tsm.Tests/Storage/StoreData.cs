using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Tests.Storage;

/// <summary>Rows for tests: what does not matter has a value, what matters is a parameter.</summary>
internal static class StoreData
{
    public const string Tenant = "acme";

    public static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static GrainKey Key(string id, string tenant = Tenant) => new(tenant, "card", id);

    public static GrainWrite Write(
        GrainKey key, long expected, string? state = "{}", DateTimeOffset? due = null, params ImmutableArray<Effect> effects) =>
        new(key, expected, 1, state is null ? null : Encoding.UTF8.GetBytes(state), effects, due);

    public static CardRow CardRow(GrainKey key, string iccid, string msisdn, string model = "uicc") =>
        new(key, iccid, msisdn, model, 0, null, 0, null, Uncertain: false);

    public static ImportedCard Card(int number, params IReadOnlyList<WrappedKeySet> keys)
    {
        GrainKey key = Key(number.ToString("D6", CultureInfo.InvariantCulture));
        return new(key, 1, "{}"u8.ToArray(), keys, CardRow(key, Iccid(number), Msisdn(number)));
    }

    public static string Iccid(int number) => "8949000000000" + number.ToString("D6", CultureInfo.InvariantCulture);

    public static string Msisdn(int number) => "49170" + number.ToString("D7", CultureInfo.InvariantCulture);

    public static WrappedKeySet Keys(int version) => new(
        version, KeyAlgorithm.Aes, Octets.Parse("01"), Octets.Parse("02"), Octets.Empty, Octets.Parse("0A"), Octets.Parse("0B"), Octets.Empty);

    public static QueuePacket Packet(string id, int attempt = 1, string road = "smsc") =>
        new(road, id, attempt, "491701234567", [Octets.Parse("027000AABB"), Octets.Parse("CC")]);

    public static JobRow Job(GrainKey card, string id, JobStatus status = JobStatus.Running) => new(
        id, card.Tenant, card, "8949", Operation.Install, "app", "A0000000010203", status, null, "Loading block 3 of 10.", 3, 12,
        5, 1, 2, 700, 2, null, Epoch, Epoch.AddSeconds(1), null);

    public static AuditEntry Audit(string subject = "8949", string action = AuditAction.JobAsked, DateTimeOffset? at = null, string? job = null) => new(
        at ?? Epoch,
        new(ActorKind.Operator, "tester", "alice"),
        action,
        AuditSubject.Card,
        subject,
        job,
        "It was asked for.",
        ImmutableSortedDictionary<string, string>.Empty.Add("operation", "Install").Add("name", "\u00FCber \"x\""));

    public static HistoryEntry Line(string text, string? job = null) => new(Epoch, job, "sent", null, text, Octets.Parse("0102"));

    public static async Task CreateAsync(this IGrainStore store, params IReadOnlyList<GrainKey> keys)
    {
        IReadOnlySet<GrainKey> written = await store.CommitAsync([.. keys.Select(k => Write(k, 0))], CancellationToken.None);
        Assert.Equal(keys.Count, written.Count);
    }

    public static async Task<StoredGrain?> FindAsync(this IGrainStore store, GrainKey key) =>
        (await store.LoadAsync([key], CancellationToken.None)).GetValueOrDefault(key);

    public static string Text(this StoredGrain? grain) => Encoding.UTF8.GetString((grain ?? throw new ArgumentNullException(nameof(grain))).State.Span);
}
