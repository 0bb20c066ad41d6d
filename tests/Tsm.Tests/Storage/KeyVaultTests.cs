using System.Text;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Storage;
using Tsm.Storage.Sqlite;
using Tsm.Storage.Vault;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Storage;

public sealed class KeyVaultTests : IDisposable
{
    private const string Kic = "C0FFEE00112233445566778899AABBCC";
    private const string Kid = "DEADBEEF0123456789ABCDEF01234567";
    private const string Dek = "FEEDFACE89ABCDEF0011223344556677";
    private static readonly string VaultOctets = string.Concat(Enumerable.Repeat("5AFE", 16));

    private readonly SqliteStoreUnderTest _store = new(new());
    private readonly GrainKey _card = StoreData.Key("1");

    public void Dispose() => _store.Dispose();

    [Fact]
    public void Opens_what_it_has_wrapped_also_after_a_restart()
    {
        WrappedKeySet wrapped;
        using (KeyVault vault = Open())
        using (KeySet keys = Keys())
        {
            wrapped = vault.Wrap(_card, keys);
        }

        using KeyVault restarted = Open();
        using KeySet opened = restarted.Open(_card, wrapped);

        using KeySet expected = Keys();
        Assert.Equal(expected.ToString(), opened.ToString());
        Assert.Equal(expected.Kid.CheckValue, wrapped.KidCheckValue);
        Assert.Equal(KeyAlgorithm.Aes, opened.Kic.Algorithm);
    }

    [Fact]
    public void A_card_without_a_DEK_has_none_after_opening()
    {
        using KeyVault vault = Open();
        using KeySet keys = Keys(withDek: false);

        WrappedKeySet wrapped = vault.Wrap(_card, keys);
        using KeySet opened = vault.Open(_card, wrapped);

        Assert.True(wrapped.Dek.IsEmpty);
        Assert.Null(opened.Dek);
    }

    [Fact]
    public void A_row_moved_to_another_card_tenant_version_or_role_does_not_open()
    {
        using KeyVault vault = Open();
        using KeySet keys = Keys();
        WrappedKeySet row = vault.Wrap(_card, keys);
        vault.Wrap(StoreData.Key("1", "globex"), keys);

        Assert.Throws<VaultException>(() => vault.Open(StoreData.Key("2"), row));
        Assert.Throws<VaultException>(() => vault.Open(StoreData.Key("1", "globex"), row));
        Assert.Throws<VaultException>(() => vault.Open(StoreData.Key("1", "unknown"), row));
        Assert.Throws<VaultException>(() => vault.Open(_card, row with { Version = 2 }));
        Assert.Throws<VaultException>(() => vault.Open(_card, row with { Algorithm = KeyAlgorithm.TripleDes }));
        Assert.Throws<VaultException>(() => vault.Open(_card, row with
        {
            Kic = row.Kid,
            Kid = row.Kic,
            KicCheckValue = row.KidCheckValue,
            KidCheckValue = row.KicCheckValue,
        }));
    }

    [Fact]
    public void A_row_with_any_octet_changed_does_not_open()
    {
        using KeyVault vault = Open();
        using KeySet keys = Keys();
        WrappedKeySet row = vault.Wrap(_card, keys);

        for (int i = 0; i < row.Kic.Length; i++)
        {
            byte[] changed = row.Kic.ToArray();
            changed[i] ^= 1;
            Assert.Throws<VaultException>(() => vault.Open(_card, row with { Kic = Octets.Own(changed) }));
        }

        Assert.Throws<VaultException>(() => vault.Open(_card, row with { KidCheckValue = Octets.Parse("000000") }));
        Assert.Throws<VaultException>(() => vault.Open(_card, row with { Dek = Octets.Parse("00") }));
    }

    [Fact]
    public void Keys_of_a_domain_open_for_that_domain_of_that_card_only()
    {
        using KeyVault vault = Open();
        Aid domain = Aid.Parse("F054534D01"), other = Aid.Parse("F054534D02");
        WrappedKeySet row = vault.Create(_card, domain, 3, KeyAlgorithm.Aes, 16);

        using KeySet opened = vault.Open(_card, domain, row);

        Assert.Equal((3, 16, row.KicCheckValue), (opened.Version, opened.Kic.Length, opened.Kic.CheckValue));
        Assert.NotNull(opened.Dek);
        Assert.Throws<VaultException>(() => vault.Open(_card, other, row));
        Assert.Throws<VaultException>(() => vault.Open(_card, row));
        Assert.Throws<VaultException>(() => vault.Open(StoreData.Key("2"), domain, row));
    }

    [Fact]
    public void What_is_sealed_opens_at_its_place_only()
    {
        using KeyVault vault = Open();
        byte[] data = Octets.Parse(Kic).ToArray();
        vault.Seal(StoreData.Key("1", "globex"), data);

        Octets row = vault.Seal(_card, data);

        Assert.Equal(data, vault.Unseal(_card, row));
        Assert.NotEqual(row, vault.Seal(_card, data));
        Assert.DoesNotContain(Kic, row.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Throws<VaultException>(() => vault.Unseal(StoreData.Key("2"), row));
        Assert.Throws<VaultException>(() => vault.Unseal(StoreData.Key("1", "globex"), row));
        for (int i = 0; i < row.Length; i++)
        {
            byte[] changed = row.ToArray();
            changed[i] ^= 1;
            Assert.Throws<VaultException>(() => vault.Unseal(_card, Octets.Own(changed)));
        }
    }

    [Fact]
    public void The_token_key_of_a_tenant_stays_the_same_also_after_a_restart()
    {
        Octets point;
        using (KeyVault vault = Open())
        using (ContentKey first = vault.TokenKey("default"))
        using (ContentKey again = vault.TokenKey("default"))
        using (ContentKey others = vault.TokenKey("globex"))
        {
            point = first.PublicPoint;
            Assert.Equal(point, again.PublicPoint);
            Assert.NotEqual(point, others.PublicPoint);
        }

        using KeyVault restarted = Open();
        using ContentKey later = restarted.TokenKey("default");
        Assert.Equal(point, later.PublicPoint);
    }

    [Fact]
    public void Two_wraps_of_the_same_key_differ()
    {
        using KeyVault vault = Open();
        using KeySet keys = Keys();

        Assert.NotEqual(vault.Wrap(_card, keys).Kic, vault.Wrap(_card, keys).Kic);
    }

    [Fact]
    public void Another_vault_key_is_refused_before_anything_is_written()
    {
        string folder = SqliteStoreUnderTest.NewFolder();
        string keyFile = Path.Combine(folder, "vault.key");
        StorageOptions options = Options(folder, keyFile, create: true);
        EmbeddedStorage.Open(options, new ManualTimeProvider()).Dispose();
        string path = Path.Combine(folder, "tsm.db");
        using (SqliteDatabase older = SqliteDatabase.Open(path))
        {
            // As if a newer program met a database that has a script to come.
            older.Write(s => s.Prepare("DELETE FROM migrations").Execute());
        }

        byte[] before = File.ReadAllBytes(path);
        File.WriteAllText(keyFile, VaultOctets);

        VaultException refused = Assert.Throws<VaultException>(() => EmbeddedStorage.Open(options, new ManualTimeProvider()));

        Assert.Contains("not the one this database was written with", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(VaultOctets, refused.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(before, File.ReadAllBytes(path));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void A_lost_key_file_is_not_replaced_while_the_database_needs_it()
    {
        string folder = SqliteStoreUnderTest.NewFolder();
        string keyFile = Path.Combine(folder, "vault.key");
        StorageOptions options = Options(folder, keyFile, create: true);
        EmbeddedStorage.Open(options, new ManualTimeProvider()).Dispose();
        File.Delete(keyFile);

        VaultException refused = Assert.Throws<VaultException>(() => EmbeddedStorage.Open(options, new ManualTimeProvider()));

        Assert.Contains("Restore the file", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(keyFile));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task No_clear_key_is_in_any_file_of_the_database()
    {
        using (KeyVault vault = Open())
        using (KeySet keys = Keys())
        {
            await _store.Import.ImportAsync("acme", [StoreData.Card(1, vault.Wrap(StoreData.Card(1).Grain, keys))], StoreData.Epoch, StoreData.Audit(), CancellationToken.None);
            using KeySet opened = vault.Open(StoreData.Card(1).Grain, (await _store.Grains.FindAsync(StoreData.Card(1).Grain))!.Keys[0]);
            Assert.Equal(keys.ToString(), opened.ToString());
        }

        string[] files = Directory.GetFiles(_store.Folder);
        Assert.Contains(files, f => f.EndsWith("-wal", StringComparison.Ordinal) && new FileInfo(f).Length > 0);
        foreach (string file in files)
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] content = new byte[stream.Length];
            stream.ReadExactly(content);
            foreach (byte[] secret in new[] { Kic, Kid, Dek, VaultOctets }.Select(Convert.FromHexString))
            {
                Assert.All(Forms(secret), form => Assert.Equal(-1, content.AsSpan().IndexOf(form)));
            }
        }
    }

    private static IEnumerable<byte[]> Forms(byte[] secret)
    {
        string hex = Convert.ToHexString(secret);
        yield return secret;
        yield return Encoding.ASCII.GetBytes(hex);
        yield return Encoding.ASCII.GetBytes(hex.ToLowerInvariant());
        yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)[..^4]);
    }

    private static StorageOptions Options(string folder, string keyFile, bool create) => new()
    {
        Path = Path.Combine(folder, "tsm.db"),
        Vault = new() { KeyFile = keyFile, CreateKeyFile = create, Variable = "TSM_VAULT_KEY_OF_NO_TEST" },
    };

    private static KeySet Keys(bool withDek = true) => new(1, Key(Kic), Key(Kid), withDek ? Key(Dek) : null);

    private static KeyMaterial Key(string hex) => KeyMaterial.From(Convert.FromHexString(hex), KeyAlgorithm.Aes);

    private KeyVault Open() => new(VaultKey.From(Convert.FromHexString(VaultOctets)), _store.Vault);
}
