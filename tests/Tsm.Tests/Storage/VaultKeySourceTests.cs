using System.Text;
using Tsm.Security.Keys;
using Tsm.Storage.Vault;

namespace Tsm.Tests.Storage;

public sealed class VaultKeySourceTests : IDisposable
{
    private static readonly byte[] Octets = [.. Enumerable.Range(1, 32).Select(i => (byte)i)];

    private readonly string _folder = SqliteStoreUnderTest.NewFolder();
    private readonly string _file;

    public VaultKeySourceTests() => _file = Path.Combine(_folder, "keys", "vault.key");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Hexadecimal_base64_and_raw_octets_are_the_same_key()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        using VaultKey expected = VaultKey.From(Octets);
        byte[][] forms =
        [
            Octets,
            Encoding.ASCII.GetBytes(Convert.ToHexString(Octets)),
            Encoding.ASCII.GetBytes(Convert.ToHexString(Octets).ToLowerInvariant() + "\n"),
            Encoding.ASCII.GetBytes(Convert.ToBase64String(Octets) + "\r\n"),
        ];

        foreach (byte[] form in forms)
        {
            File.WriteAllBytes(_file, form);
            using VaultKey read = Load();
            Assert.Equal(expected.ToString(), read.ToString());
        }
    }

    [Fact]
    public void The_environment_wins_over_the_file()
    {
        using VaultKey created = Load(create: true);
        using VaultKey expected = VaultKey.From(Octets);

        using VaultKey read = Load(variable: Convert.ToBase64String(Octets));

        Assert.Equal(expected.ToString(), read.ToString());
        Assert.NotEqual(created.ToString(), read.ToString());
    }

    [Fact]
    public void A_new_file_is_the_owners_alone_and_holds_the_key()
    {
        using VaultKey created = Load(create: true);

        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(_file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));
        using VaultKey read = Load();
        Assert.Equal(created.ToString(), read.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz")]
    [InlineData("0102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")]
    [InlineData("01020304 05060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F20")]
    public void What_is_no_key_is_refused_without_being_repeated(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file)!);
        File.WriteAllText(_file, content);

        VaultException refused = Assert.Throws<VaultException>(() => Load());

        Assert.Contains(_file, refused.Message, StringComparison.Ordinal);
        Assert.True(content.Length < 3 || !refused.Message.Contains(content, StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_key_nothing_is_made_up()
    {
        Assert.Throws<VaultException>(() => Load());
        Assert.Throws<VaultException>(() => Load(create: true, isNew: false));
        Assert.Throws<VaultException>(() => VaultKeySource.Load(new(), isNew: true, _ => null));
        Assert.False(File.Exists(_file));
    }

    private VaultKey Load(bool create = false, bool isNew = true, string? variable = null) => VaultKeySource.Load(
        new() { KeyFile = _file, CreateKeyFile = create },
        isNew,
        name => string.Equals(name, "TSM_VAULT_KEY", StringComparison.Ordinal) ? variable : null);
}
