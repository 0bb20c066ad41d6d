using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

/// <content>Lists, imports, aliases and the catalogue.</content>
public abstract partial class StoreContract
{
    [ContractFact]
    public async Task An_import_writes_grains_keys_aliases_and_rows()
    {
        ImportedCard card = StoreData.Card(1, StoreData.Keys(1), StoreData.Keys(2));

        await Store.Import.ImportAsync("acme", [card, StoreData.Card(2)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        IReadOnlyDictionary<GrainKey, StoredGrain> loaded =
            await Store.Grains.LoadAsync([card.Grain, StoreData.Card(2).Grain], CancellationToken.None);
        Assert.Equal((1L, 1, "{}"), (loaded[card.Grain].Version, loaded[card.Grain].Schema, loaded[card.Grain].Text()));
        Assert.Equal([StoreData.Keys(1), StoreData.Keys(2)], loaded[card.Grain].Keys.OrderBy(k => k.Version));
        Assert.Empty(loaded[StoreData.Card(2).Grain].Keys);
        Assert.Equal(card.Row, await Store.Cards.FindAsync(card.Grain, CancellationToken.None));
        Assert.Equal(card.Grain, await Store.Aliases.FindAsync("acme", "iccid", card.Row.Iccid, StoreData.Epoch, CancellationToken.None));
        Assert.Equal(card.Grain, await Store.Aliases.FindAsync("acme", "msisdn", card.Row.Msisdn, StoreData.Epoch, CancellationToken.None));
    }

    [ContractFact]
    public async Task An_import_with_a_name_that_is_taken_writes_nothing()
    {
        await Store.Import.ImportAsync("acme", [StoreData.Card(3)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
        ImportedCard clash = StoreData.Card(2) with
        {
            Row = StoreData.CardRow(StoreData.Card(2).Grain, StoreData.Iccid(2), StoreData.Msisdn(3)),
        };

        DuplicateAliasException refused = await Assert.ThrowsAsync<DuplicateAliasException>(() =>
            Store.Import.ImportAsync("acme", [StoreData.Card(1), clash], StoreData.Epoch, StoreData.Audit(), CancellationToken.None));

        Assert.Equal(("msisdn", StoreData.Msisdn(3)), (refused.Kind, refused.Value));
        Assert.Null(await Store.Grains.FindAsync(StoreData.Card(1).Grain));
        Assert.Null(await Store.Cards.FindAsync(StoreData.Card(1).Grain, CancellationToken.None));
        Assert.Null(await Store.Aliases.FindAsync("acme", "iccid", StoreData.Iccid(1), StoreData.Epoch, CancellationToken.None));
    }

    [ContractFact]
    public async Task An_import_with_the_same_card_twice_in_the_file_writes_nothing()
    {
        await Assert.ThrowsAsync<DuplicateAliasException>(() => Store.Import.ImportAsync(
            "acme", [StoreData.Card(1), StoreData.Card(2), StoreData.Card(1)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None));

        Assert.Empty((await Store.Cards.ListAsync("acme", null, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task An_import_that_is_longer_than_what_is_held_at_once_is_taken_whole_or_not_at_all()
    {
        const int Cards = 10_050;
        int enumerations = 0;
        IEnumerable<ImportedCard> Streamed(int last)
        {
            enumerations++;
            for (int i = 0; i < Cards; i++)
            {
                yield return StoreData.Card(i < Cards - 1 ? i : last);
            }
        }

        DuplicateAliasException refused = await Assert.ThrowsAsync<DuplicateAliasException>(() =>
            Store.Import.ImportAsync("acme", Streamed(last: 7), StoreData.Epoch, StoreData.Audit(), CancellationToken.None));
        Assert.Equal(("iccid", StoreData.Iccid(7)), (refused.Kind, refused.Value));
        Assert.Empty((await Store.Cards.ListAsync("acme", null, null, null, 10, CancellationToken.None)).Items);
        Assert.Null(await Store.Aliases.FindAsync("acme", "iccid", StoreData.Iccid(1), StoreData.Epoch, CancellationToken.None));

        await Store.Import.ImportAsync("acme", Streamed(last: Cards - 1), StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        Assert.NotNull(await Store.Grains.FindAsync(StoreData.Card(0).Grain));
        Assert.Equal(
            StoreData.Card(Cards - 1).Grain,
            await Store.Aliases.FindAsync("acme", "msisdn", StoreData.Msisdn(Cards - 1), StoreData.Epoch, CancellationToken.None));
        Assert.InRange(enumerations, 2, 4);
    }

    [ContractFact]
    public async Task Names_that_are_asked_for_at_the_same_time_each_get_their_own_answer()
    {
        ImportedCard[] cards = [.. Enumerable.Range(0, 50).Select(i => StoreData.Card(i))];
        await Store.Import.ImportAsync("acme", cards, StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        GrainKey?[] found = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            Store.Aliases.FindAsync(i % 2 == 0 ? "acme" : "globex", "iccid", StoreData.Iccid(i), StoreData.Epoch, CancellationToken.None)));

        Assert.Equal(Enumerable.Range(0, 100).Select(i => i % 2 == 0 && i < 50 ? cards[i].Grain : (GrainKey?)null), found);
    }

    [ContractFact]
    public async Task Tells_which_names_are_taken()
    {
        await Store.Import.ImportAsync("acme", [StoreData.Card(1)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        IReadOnlySet<(string, string)> taken = await Store.Import.TakenAsync(
            "acme",
            [("iccid", StoreData.Iccid(1)), ("iccid", StoreData.Iccid(2)), ("msisdn", StoreData.Msisdn(1)), ("msisdn", StoreData.Iccid(1))],
            CancellationToken.None);

        Assert.Equal(2, taken.Count);
        Assert.Contains(("iccid", StoreData.Iccid(1)), taken);
        Assert.Contains(("msisdn", StoreData.Msisdn(1)), taken);
        Assert.Empty(await Store.Import.TakenAsync("globex", [("iccid", StoreData.Iccid(1))], CancellationToken.None));
    }

    [ContractFact]
    public async Task An_alias_belongs_to_who_held_it_at_the_time()
    {
        GrainKey first = StoreData.Card(1).Grain, second = StoreData.Card(2).Grain;
        string number = StoreData.Msisdn(1);
        await Store.Import.ImportAsync("acme", [StoreData.Card(1), StoreData.Card(2)], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
        DateTimeOffset moved = StoreData.Epoch.AddDays(1);

        await Store.MoveAliasAsync("msisdn", number, second, moved);

        Task<GrainKey?> At(DateTimeOffset at, string tenant = "acme") =>
            Store.Aliases.FindAsync(tenant, "msisdn", number, at, CancellationToken.None);
        Assert.Null(await At(StoreData.Epoch.AddMilliseconds(-1)));
        Assert.Equal(first, await At(StoreData.Epoch));
        Assert.Equal(first, await At(moved.AddMilliseconds(-1)));
        Assert.Equal(second, await At(moved));
        Assert.Equal(second, await At(moved.AddYears(10)));
        Assert.Null(await At(moved, tenant: "globex"));
    }

    [ContractFact]
    public async Task Cards_are_listed_by_ICCID_page_by_page()
    {
        await Store.Import.ImportAsync("acme", [.. Enumerable.Range(1, 5).Reverse().Select(i => StoreData.Card(i))], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        var seen = new List<string>();
        string? cursor = null;
        int pages = 0;
        do
        {
            Page<CardRow> page = await Store.Cards.ListAsync("acme", null, null, cursor, 2, CancellationToken.None);
            seen.AddRange(page.Items.Select(c => c.Iccid));
            cursor = page.Next;
            pages++;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(1, 5).Select(StoreData.Iccid), seen, StringComparer.Ordinal);
        Assert.Equal(3, pages);
    }

    [ContractFact]
    public async Task Cards_are_found_by_model_and_by_a_part_of_a_name()
    {
        ImportedCard other = StoreData.Card(2);
        other = other with { Row = other.Row with { Model = "other" } };
        await Store.Import.ImportAsync("acme", [StoreData.Card(1), other], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);

        async Task<IEnumerable<string>> List(string? model, string? search) =>
            (await Store.Cards.ListAsync("acme", model, search, null, 10, CancellationToken.None)).Items.Select(c => c.Iccid);

        Assert.Equal([StoreData.Iccid(2)], await List("other", null), StringComparer.Ordinal);
        Assert.Equal([StoreData.Iccid(1)], await List(null, StoreData.Msisdn(1)[5..]), StringComparer.Ordinal);
        Assert.Equal([StoreData.Iccid(2)], await List(null, StoreData.Iccid(2)[8..]), StringComparer.Ordinal);
        Assert.Empty(await List("other", StoreData.Msisdn(1)));
        Assert.Empty(await List(null, "%"));
        await Assert.ThrowsAsync<FormatException>(() => Store.Cards.ListAsync("acme", null, null, "nonsense", 10, CancellationToken.None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.Cards.ListAsync("acme", null, null, null, 1001, CancellationToken.None));
    }

    [ContractFact]
    public async Task A_saved_row_replaces_the_one_before()
    {
        GrainKey key = StoreData.Key("1");
        CardRow row = StoreData.CardRow(key, "8949", "49170");
        CardRow changed = row with { Contents = 3, ActiveJob = "j", Queued = 2, LastProofAt = StoreData.Epoch, Uncertain = true };
        await Store.Grains.CommitAsync([StoreData.Write(key, 0, "1", null, new SaveCard(row))], CancellationToken.None);

        await Store.Grains.CommitAsync([StoreData.Write(key, 1, "1", null, new SaveCard(changed))], CancellationToken.None);

        Assert.Equal(changed, await Store.Cards.FindAsync(key, CancellationToken.None));
        Assert.Single((await Store.Cards.ListAsync("acme", null, null, null, 10, CancellationToken.None)).Items);
    }

    [ContractFact]
    public async Task History_is_paged_from_the_newest_and_by_job()
    {
        GrainKey key = StoreData.Key("1"), other = StoreData.Key("2");
        HistoryEntry graded = new(StoreData.Epoch.AddSeconds(5), "b", "answer", Grade.Proven, "5", Octets.Parse("027100"));
        await Store.Grains.CommitAsync(
            [
                StoreData.Write(key, 0, "1", null, new AppendHistory([StoreData.Line("1", "a"), StoreData.Line("2"), StoreData.Line("3", "a")])),
                StoreData.Write(other, 0, "1", null, new AppendHistory([StoreData.Line("another card's")])),
            ],
            CancellationToken.None);
        await Store.Grains.CommitAsync(
            [StoreData.Write(key, 1, "1", null, new AppendHistory([StoreData.Line("4", "b"), graded]))], CancellationToken.None);

        Page<StoredHistoryEntry> first = await Store.Cards.HistoryAsync(key, null, null, 3, CancellationToken.None);
        Page<StoredHistoryEntry> second = await Store.Cards.HistoryAsync(key, null, first.Next, 3, CancellationToken.None);
        Page<StoredHistoryEntry> job = await Store.Cards.HistoryAsync(key, "a", null, 3, CancellationToken.None);

        Assert.Equal(["5", "4", "3"], first.Items.Select(e => e.Entry.Text), StringComparer.Ordinal);
        Assert.Equal(["2", "1"], second.Items.Select(e => e.Entry.Text), StringComparer.Ordinal);
        Assert.Null(second.Next);
        Assert.Equal(["3", "1"], job.Items.Select(e => e.Entry.Text), StringComparer.Ordinal);
        Assert.Equal(graded, first.Items[0].Entry);
    }

    [ContractFact]
    public async Task Jobs_are_kept_whole_and_found_by_card_status_and_id()
    {
        GrainKey one = StoreData.Key("1"), two = StoreData.Key("2");
        var problem = new Problem("globalplatform", "6A84", "Memory", "No memory.", "Full.", "Delete something.", ["SW 6A84"]);
        JobRow ended = StoreData.Job(two, "c", JobStatus.Refused) with { Grade = Grade.Proven, Problem = problem, EndedAt = StoreData.Epoch.AddMinutes(1) };
        await Store.Grains.CommitAsync(
            [
                StoreData.Write(one, 0, "1", null, new SaveJob(StoreData.Job(one, "a")), new SaveJob(StoreData.Job(one, "b", JobStatus.Queued))),
                StoreData.Write(two, 0, "1", null, new SaveJob(StoreData.Job(two, "c")), new SaveJob(ended)),
            ],
            CancellationToken.None);

        async Task<IEnumerable<string>> List(GrainKey? card = null, JobStatus? status = null, params string[]? ids) =>
            (await Store.Jobs.ListAsync("acme", card, status, ids is [] ? null : ids, null, 10, CancellationToken.None)).Items.Select(j => j.Id);

        JobRow? found = await Store.Jobs.FindAsync("acme", "c", CancellationToken.None);
        Assert.Equal(problem.Evidence, found!.Problem!.Evidence.AsEnumerable());
        Assert.Equal(ended with { Problem = null }, found with { Problem = null });
        Assert.Equal(problem with { Evidence = [] }, found.Problem with { Evidence = [] });
        Assert.Null(await Store.Jobs.FindAsync("globex", "c", CancellationToken.None));
        Assert.Equal(["c", "b", "a"], await List(), StringComparer.Ordinal);
        Assert.Equal(["b", "a"], await List(one), StringComparer.Ordinal);
        Assert.Equal(["b"], await List(status: JobStatus.Queued), StringComparer.Ordinal);
        Assert.Equal(["c", "a"], await List(ids: ["a", "c", "x"]), StringComparer.Ordinal);
        Assert.Equal(["a"], await List(one, JobStatus.Running, "a", "c"), StringComparer.Ordinal);
        Page<JobRow> page = await Store.Jobs.ListAsync("acme", null, null, null, null, 2, CancellationToken.None);
        Page<JobRow> next = await Store.Jobs.ListAsync("acme", null, null, null, page.Next, 2, CancellationToken.None);
        Assert.Equal(["a"], next.Items.Select(j => j.Id), StringComparer.Ordinal);
        Assert.Null(next.Next);
    }

    [ContractFact]
    public async Task The_catalogue_keeps_applications_whole_and_once()
    {
        CatalogueApplication applet = Application("0011223344556677", "Applet"), library = Application("8899AABBCCDDEEFF", "Library") with { Applets = [] };

        Assert.True(await Store.Catalogue.AddApplicationAsync("acme", library, StoreData.Audit(), CancellationToken.None));
        Assert.True(await Store.Catalogue.AddApplicationAsync("acme", applet, StoreData.Audit(), CancellationToken.None));
        Assert.False(await Store.Catalogue.AddApplicationAsync("acme", applet with { Name = "Again" }, StoreData.Audit(), CancellationToken.None));
        Assert.True(await Store.Catalogue.AddApplicationAsync("globex", applet, StoreData.Audit(), CancellationToken.None));

        IReadOnlyList<CatalogueApplication> all = await Store.Catalogue.ApplicationsAsync("acme", CancellationToken.None);
        Assert.Equal(["Library", "Applet"], all.Select(a => a.Name), StringComparer.Ordinal);
        Assert.True(all[0].IsLibrary);
        CatalogueApplication found = Assert.Single(await Store.Catalogue.ApplicationsAsync("acme", [applet.Id, "unknown"], CancellationToken.None));
        Assert.Equal(applet.Applets, found.Applets.AsEnumerable());
        Assert.Equal(applet.Imports, found.Imports.AsEnumerable());
        Assert.Equal(applet with { Applets = [], Imports = [] }, found with { Applets = [], Imports = [] });
    }

    [ContractFact]
    public async Task The_catalogue_keeps_card_models_whole_and_replaces_them_by_name()
    {
        // Each value differs from what its property starts with, false and zero among them.
        var model = new CardModel
        {
            Name = "odd",
            Description = "Everything is otherwise.",
            Algorithm = KeyAlgorithm.TripleDes,
            ChecksumLength = 4,
            Spi = "1201",
            RamTar = new Tar(0xB20100),
            MaxSegments = 1,
            MaxLoadBlock = 100,
            MaxCommands = 1,
            IdentifierFirst = true,
            IdentifierInEverySegment = true,
            StatusTagList = false,
            Memory = 0,
            IndicatedAttempts = 0,
            MaxCounterJumps = 0,
            CounterJump = 0,
            MaxLoadRestarts = 0,
            Packages = [new(Aid.Parse("A0000000620101"), 1, 0)],
        };
        await Store.Catalogue.SaveModelAsync("acme", model with { Description = "Before." }, StoreData.Audit(), CancellationToken.None);

        await Store.Catalogue.SaveModelAsync("acme", model, StoreData.Audit(), CancellationToken.None);

        CardModel found = Assert.Single(await Store.Catalogue.ModelsAsync("acme", CancellationToken.None));
        Assert.Equal(model.Packages, found.Packages.AsEnumerable());
        Assert.Equal(model with { Packages = [] }, found with { Packages = [] });
        Assert.Empty(await Store.Catalogue.ModelsAsync("globex", CancellationToken.None));
    }

    internal static CatalogueApplication Application(string id, string name) => new(
        id, name, Aid.Parse("A000000001"), "com.example", "1.2", "2.1", [Aid.Parse("A00000000101")],
        [new(Aid.Parse("A0000000620101"), 1, 3)], Octets.Parse("C40401020304"), 2048, new string('A', 64), StoreData.Epoch);
}
