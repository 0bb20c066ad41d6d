using System.Text;
using Tsm.Application.AuditTrail;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Cli.Trails;
using Tsm.Security.AuditTrail;
using Tsm.Tests.Testing;
using TrailVerification = Tsm.Cli.Api.TrailVerification;

namespace Tsm.Tests.Storage;

/// <content>The audit trail: entries go in with what they tell of, one sealer chains them, and nobody changes them unseen.</content>
public abstract partial class StoreContract
{
    /// <summary>What somebody with access to the database may do to five sealed entries under two heads (1 to 3, 4 and 5).</summary>
    public static TheoryData<string, string, long, string> Tamperings => new()
    {
        { "an entry was changed", "UPDATE audit_trail SET actor = 'nobody' WHERE position = 2", 2, "ENTRY_CHANGED" },
        { "a claim was taken away", "UPDATE audit_trail SET claimed = NULL WHERE position = 4", 4, "ENTRY_CHANGED" },
        { "particulars were changed", "UPDATE audit_trail SET details = '{\"operation\":\"Audit\"}' WHERE position = 1", 1, "ENTRY_CHANGED" },
        { "particulars are no longer readable", "UPDATE audit_trail SET details = 'x' WHERE position = 1", 1, "ENTRY_CHANGED" },
        { "the time was moved", "UPDATE audit_trail SET at = at + 1 WHERE position = 5", 5, "ENTRY_CHANGED" },
        { "an entry was deleted", "DELETE FROM audit_trail WHERE position = 2", 2, "ENTRY_MISSING" },
        { "the first entry was deleted", "DELETE FROM audit_trail WHERE position = 1", 1, "ENTRY_MISSING" },
        { "the tail was deleted", "DELETE FROM audit_trail WHERE position >= 4", 4, "ENTRY_MISSING" },
        { "all entries were deleted", "DELETE FROM audit_trail", 1, "ENTRY_MISSING" },
        { "an entry was taken out of the chain", "UPDATE audit_trail SET position = NULL, hash = NULL WHERE position = 5", 5, "ENTRY_MISSING" },
        { "the last head was deleted", "DELETE FROM audit_heads WHERE number = 2", 4, "HEAD_MISSING" },
        { "the first head was deleted", "DELETE FROM audit_heads WHERE number = 1", 1, "HEAD_MISSING" },
        { "a hash was replaced", "UPDATE audit_trail SET hash = (SELECT hash FROM audit_heads WHERE number = 1) WHERE position = 2", 2, "ENTRY_CHANGED" },
        { "a signature was replaced", "UPDATE audit_heads SET signature = (SELECT signature FROM audit_heads WHERE number = 1) WHERE number = 2", 4, "SIGNATURE_WRONG" },
        { "a signature is none", "UPDATE audit_heads SET signature = hash WHERE number = 1", 1, "SIGNATURE_WRONG" },
        { "a head was moved to an earlier time", "UPDATE audit_heads SET at = at - 1000 WHERE number = 2", 4, "SIGNATURE_WRONG" },
        { "a head names another key", "UPDATE audit_heads SET key = 'AA' WHERE number = 1", 1, "HEAD_FOREIGN" },
        { "the public key was replaced", "UPDATE audit_keys SET public_key = (SELECT hash FROM audit_heads WHERE number = 1)", 1, "KEY_UNUSABLE" },
        { "the private key was replaced", "UPDATE audit_keys SET wrapped = public_key", 1, "KEY_UNUSABLE" },
        { "the key was deleted", "DELETE FROM audit_keys", 1, "KEY_UNUSABLE" },
    };

    [ContractFact]
    public async Task An_entry_goes_in_with_the_turn_and_is_sealed_afterwards()
    {
        await RecordAsync("1", StoreData.Audit("8949", job: "j"));

        AuditTail before = await Store.Trail.TailAsync("acme", CancellationToken.None);
        int count = await Store.Trail.SealAsync(CancellationToken.None);
        AuditListEntry listed = Assert.Single((await ListAsync()).Items);

        Assert.Equal(new AuditTail(1, StoreData.Epoch), before);
        Assert.Equal((1, 1L), (count, listed.Position));
        AuditRecord record = listed.Record;
        Assert.Equal(
            ("acme", StoreData.Epoch, "operator", "tester", "alice", "job.asked", "card", "8949", "j", "It was asked for."),
            (record.Tenant, record.At, record.ActorKind, record.Actor, record.Claimed, record.Action, record.SubjectKind, record.Subject, record.Job, record.Text));
        Assert.Equal([new("name", "\u00FCber \"x\""), new("operation", "Install")], record.Details.OrderBy(d => d.Key, StringComparer.Ordinal));
        await AssertIntactAsync(1);
    }

    [ContractFact]
    public async Task A_turn_that_loses_records_nothing()
    {
        GrainKey key = StoreData.Key("1");
        await Store.Grains.CreateAsync(key);

        await Store.Grains.CommitAsync([StoreData.Write(key, 7, "1", null, new RecordAudit(StoreData.Audit()))], CancellationToken.None);

        Assert.Empty((await ListAsync()).Items);
    }

    [ContractFact]
    public async Task What_is_done_outside_of_turns_is_recorded_with_it_or_not_at_all()
    {
        await Store.Import.ImportAsync("acme", [StoreData.Card(1)], StoreData.Epoch, StoreData.Audit("import"), CancellationToken.None);
        await Assert.ThrowsAsync<DuplicateAliasException>(() => Store.Import.ImportAsync(
            "acme", [StoreData.Card(1)], StoreData.Epoch, StoreData.Audit("import again"), CancellationToken.None));
        await Store.Catalogue.AddApplicationAsync("acme", Application("1", "A"), StoreData.Audit("upload"), CancellationToken.None);
        await Store.Catalogue.AddApplicationAsync("acme", Application("1", "A"), StoreData.Audit("upload again"), CancellationToken.None);
        var model = new CardModel { Name = "uicc", Algorithm = Tsm.Security.Keys.KeyAlgorithm.Aes };
        await Store.Catalogue.SaveModelAsync("acme", model, StoreData.Audit("model"), CancellationToken.None);
        await Store.Catalogue.SaveModelAsync("acme", model, StoreData.Audit("model again"), CancellationToken.None);

        Assert.Equal(
            ["model again", "model", "upload", "import"], (await ListAsync()).Items.Select(e => e.Record.Subject), StringComparer.Ordinal);
    }

    [ContractFact]
    public async Task Entries_of_a_process_that_died_before_sealing_are_sealed_by_the_next()
    {
        await RecordAsync("1", StoreData.Audit("sealed"));
        await Store.Trail.SealAsync(CancellationToken.None);
        await RecordAsync("2", StoreData.Audit("waiting"));

        using StoreUnderTest found = Store.OpenAfterDeath();
        int count = await found.Trail.SealAsync(CancellationToken.None);
        AuditVerdict verdict = await found.Trail.VerifyAsync("acme", null, CancellationToken.None);

        Assert.Equal((1, 2L, null, 0L), (count, verdict.Entries, verdict.Break, verdict.Tail.Count));
    }

    [ContractFact]
    public async Task Two_sealers_at_once_seal_everything_once()
    {
        const int Entries = 60;
        using StoreUnderTest other = Store.OpenSecond();
        using var done = new CancellationTokenSource();
        Task<int> SealAsync(StoreUnderTest store) => Task.Run(async () =>
        {
            int count = 0;
            do
            {
                count += await store.Trail.SealAsync(CancellationToken.None);

                // The lock of SQLite is not fair: without a pause the sealers could keep it from who records.
                await Task.Delay(1);
            }
            while (!done.IsCancellationRequested);

            return count;
        });

        Task<int>[] sealers = [SealAsync(Store), SealAsync(other)];
        for (int i = 0; i < Entries; i++)
        {
            await RecordAsync($"{i}", StoreData.Audit($"{i}"), i % 2 == 0 ? Store : other);
        }

        await done.CancelAsync();
        int[] counts = await Task.WhenAll(sealers);
        int rest = await Store.Trail.SealAsync(CancellationToken.None);

        Assert.Equal(Entries, counts.Sum() + rest);
        Assert.Equal(
            Enumerable.Range(1, Entries).Select(i => (long?)i), (await ListAsync(100)).Items.Select(e => e.Position).Order());
        await AssertIntactAsync(Entries);
    }

    [ContractFact]
    public async Task Tenants_have_trails_and_keys_of_their_own()
    {
        await RecordAsync("1", StoreData.Audit("ours"));
        GrainKey theirs = StoreData.Key("1", "globex");
        await Store.Grains.CommitAsync([StoreData.Write(theirs, 0, "1", null, new RecordAudit(StoreData.Audit("theirs")))], CancellationToken.None);

        int count = await Store.Trail.SealAsync(CancellationToken.None);

        Assert.Equal(2, count);
        Assert.Equal(["ours"], (await ListAsync()).Items.Select(e => e.Record.Subject), StringComparer.Ordinal);
        await AssertIntactAsync(1);
        Assert.NotEqual(
            (await Store.Trail.PublicKeyAsync("acme", CancellationToken.None)).Id,
            (await Store.Trail.PublicKeyAsync("globex", CancellationToken.None)).Id);
    }

    [ContractFact]
    public async Task The_list_is_filtered_and_goes_on_where_it_ended()
    {
        for (int i = 0; i < 5; i++)
        {
            await RecordAsync($"{i}", StoreData.Audit(
                $"{i % 2}", i == 4 ? AuditAction.JobCancelled : AuditAction.JobAsked, StoreData.Epoch.AddHours(i)));
        }

        Page<AuditListEntry> first = await ListAsync(2);
        Page<AuditListEntry> second = await Store.Trail.ListAsync("acme", new(null, null, null, null), first.Next, 3, CancellationToken.None);

        Assert.Equal([4, 3], first.Items.Select(Hour));
        Assert.Equal([2, 1, 0], second.Items.Select(Hour));
        Assert.Null(second.Next);
        Assert.Equal([4], (await FilterAsync(new(AuditAction.JobCancelled, null, null, null))).Select(Hour));
        Assert.Equal([3, 1], (await FilterAsync(new(null, "1", null, null))).Select(Hour));
        Assert.Equal([2, 0], (await FilterAsync(new(AuditAction.JobAsked, "0", null, null))).Select(Hour));
        Assert.Equal([2, 1], (await FilterAsync(new(null, null, StoreData.Epoch.AddHours(1), StoreData.Epoch.AddHours(3)))).Select(Hour));
        await Assert.ThrowsAsync<FormatException>(
            () => Store.Trail.ListAsync("acme", new(null, null, null, null), "none of ours", 3, CancellationToken.None));

        static int Hour(AuditListEntry entry) => (int)(entry.Record.At - StoreData.Epoch).TotalHours;
        async Task<IReadOnlyList<AuditListEntry>> FilterAsync(AuditFilter filter) =>
            (await Store.Trail.ListAsync("acme", filter, null, 10, CancellationToken.None)).Items;
    }

    [ContractFact]
    public async Task By_mistake_nothing_is_changed_or_deleted()
    {
        await SealFiveAsync();
        await RecordAsync("6", StoreData.Audit("not sealed"));

        foreach (string sql in (string[])
            [
                "UPDATE audit_trail SET actor = 'nobody'",
                "UPDATE audit_trail SET text = 'other' WHERE position IS NULL",
                "UPDATE audit_trail SET position = 9, hash = hash WHERE position = 5",
                "UPDATE audit_trail SET position = NULL, hash = NULL WHERE position = 5",
                "DELETE FROM audit_trail WHERE position IS NULL",
                "DELETE FROM audit_trail",
                "UPDATE audit_heads SET at = 0",
                "DELETE FROM audit_heads",
            ])
        {
            Assert.ThrowsAny<Exception>(() => Store.Execute(sql));
        }

        await AssertIntactAsync(5, unsealed: 1);
    }

    [ContractFact]
    public async Task Every_tampering_is_found_where_it_was_done()
    {
        foreach (object[] tampering in Tamperings)
        {
            (string what, string sql, long position, string code) =
                ((string)tampering[0], (string)tampering[1], (long)tampering[2], (string)tampering[3]);
            using StoreUnderTest store = Open(_time);
            await SealFiveAsync(store);
            Assert.Null((await store.Trail.VerifyAsync("acme", null, CancellationToken.None)).Break);

            store.Tamper(sql);
            AuditBreak? found = (await store.Trail.VerifyAsync("acme", null, CancellationToken.None)).Break;

            Assert.True((found?.Position, found?.Code) == (position, code), $"{what}: {found}");
        }
    }

    [ContractFact]
    public async Task Entries_that_have_changed_places_are_found()
    {
        await SealFiveAsync();

        Store.Tamper("UPDATE audit_trail SET position = 100 WHERE position = 2");
        Store.Tamper("UPDATE audit_trail SET position = 2 WHERE position = 3");
        Store.Tamper("UPDATE audit_trail SET position = 3 WHERE position = 100");

        Assert.Equal((2, "ENTRY_CHANGED"), await BreakAsync());
    }

    [ContractFact]
    public async Task Who_computes_all_hashes_anew_lacks_the_signature()
    {
        await SealFiveAsync();
        Store.Tamper("UPDATE audit_trail SET subject = 'another' WHERE position = 2");
        Octets hash = AuditChain.Genesis;
        foreach (AuditListEntry entry in (await ListAsync()).Items.Reverse())
        {
            hash = AuditChain.Next(hash, entry.Position!.Value, entry.Record);
            string literal = Store is SqliteStoreUnderTest ? $"X'{hash}'" : $"'\\x{hash}'";
            Store.Tamper($"UPDATE audit_trail SET hash = {literal} WHERE position = {entry.Position}");
        }

        Assert.Equal((1, "ENTRIES_REWRITTEN"), await BreakAsync());
    }

    [ContractFact]
    public async Task A_trail_cut_back_to_an_older_head_is_found_only_by_who_has_kept_a_later_one()
    {
        await SealFiveAsync();
        AuditAnchor kept = (await Store.Trail.VerifyAsync("acme", null, CancellationToken.None)).Head!.Anchor;

        Store.Tamper("DELETE FROM audit_trail WHERE position >= 4");
        Store.Tamper("DELETE FROM audit_heads WHERE number = 2");

        Assert.Null((await Store.Trail.VerifyAsync("acme", null, CancellationToken.None)).Break);
        Assert.Equal((4, "TRAIL_CUT"), await BreakAsync(kept));
        await RecordAsync("6", StoreData.Audit("6"));
        await RecordAsync("7", StoreData.Audit("7"));
        await Store.Trail.SealAsync(CancellationToken.None);
        Assert.Equal((5, "KNOWN_HEAD_DIFFERS"), await BreakAsync(kept));
    }

    [ContractFact]
    public async Task An_export_is_verified_without_the_database()
    {
        await SealFiveAsync();
        await RecordAsync("6", StoreData.Audit("not sealed"));
        AuditPublicKey key = await Store.Trail.PublicKeyAsync("acme", CancellationToken.None);
        List<string> lines = [];
        await foreach (AuditLine line in Store.Trail.ExportAsync("acme", CancellationToken.None))
        {
            lines.Add(Encoding.UTF8.GetString(line.Write()));
        }

        Assert.Equal(8, lines.Count);
        Assert.Equal(("intact", 5L, null), await VerifyFileAsync(lines));
        Assert.Equal(("broken", 5L, "ENTRY_CHANGED"), await VerifyFileAsync([.. lines.Select(l => l.Replace("tester", "nobody", StringComparison.Ordinal))]));
        Assert.Equal(("broken", 4L, "ENTRY_MISSING"), await VerifyFileAsync([.. lines.Where((_, i) => i != 2)]));
        Assert.Equal(("broken", 5L, "ENTRY_MISSING"), await VerifyFileAsync([lines[0], lines[2], lines[1], .. lines[3..]]));
        Assert.Equal(("broken", 5L, "HEAD_MISSING"), await VerifyFileAsync(lines[..^1]));

        async Task<(string, long, string?)> VerifyFileAsync(IReadOnlyList<string> file)
        {
            using var reader = new StringReader(string.Join('\n', file));
            TrailVerification found = await ExportedTrail.VerifyAsync(reader, "test", key, null, CancellationToken.None);
            return (found.Status, found.Entries, found.Broken?.Code);
        }
    }

    [ContractFact]
    public async Task What_a_verification_found_is_there_for_all_nodes()
    {
        using StoreUnderTest other = Store.OpenSecond();
        Assert.Null(await other.Trail.LastCheckAsync("acme", CancellationToken.None));
        var broken = new AuditCheck(StoreData.Epoch, 3, new(2, "ENTRY_CHANGED", "Entry 2 was changed."));

        await Store.Trail.NoteAsync("acme", broken, CancellationToken.None);
        AuditCheck? first = await other.Trail.LastCheckAsync("acme", CancellationToken.None);
        await Store.Trail.NoteAsync("acme", broken with { Break = null, Entries = 4 }, CancellationToken.None);
        AuditCheck? second = await other.Trail.LastCheckAsync("acme", CancellationToken.None);

        Assert.Equal(broken, first);
        Assert.Equal(new AuditCheck(StoreData.Epoch, 4, null), second);
    }

    private async Task RecordAsync(string grain, AuditEntry entry, StoreUnderTest? store = null)
    {
        IReadOnlySet<GrainKey> written = await (store ?? Store).Grains.CommitAsync(
            [StoreData.Write(StoreData.Key(grain), 0, "1", null, new RecordAudit(entry))], CancellationToken.None);
        Assert.Single(written);
    }

    /// <summary>Five entries under two heads: 1 to 3, and 4 and 5.</summary>
    private async Task SealFiveAsync(StoreUnderTest? store = null)
    {
        store ??= Store;
        for (int i = 1; i <= 5; i++)
        {
            await RecordAsync($"{i}", StoreData.Audit($"{i}"), store);
            if (i is 3 or 5)
            {
                await store.Trail.SealAsync(CancellationToken.None);
            }
        }
    }

    private Task<Page<AuditListEntry>> ListAsync(int limit = 10) =>
        Store.Trail.ListAsync("acme", new(null, null, null, null), null, limit, CancellationToken.None);

    private async Task<(long, string)?> BreakAsync(AuditAnchor? known = null) =>
        (await Store.Trail.VerifyAsync("acme", known, CancellationToken.None)).Break is { } found ? (found.Position, found.Code) : null;

    private async Task AssertIntactAsync(long entries, long unsealed = 0)
    {
        AuditVerdict verdict = await Store.Trail.VerifyAsync("acme", null, CancellationToken.None);
        Assert.Null(verdict.Break);
        Assert.Equal((entries, entries, unsealed), (verdict.Entries, verdict.Head!.Position, verdict.Tail.Count));
    }
}
