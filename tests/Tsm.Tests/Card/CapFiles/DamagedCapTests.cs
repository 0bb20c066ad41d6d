using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.CapFiles;

/// <summary>Twenty ways in which a CAP file is damaged, on every CAP file at hand: each is refused with its place.</summary>
public sealed class DamagedCapTests
{
    private static readonly string[] Components =
        ["Header.cap", "Directory.cap", "Import.cap", "Class.cap", "Method.cap", "StaticField.cap", "ConstantPool.cap", "RefLocation.cap"];

    public static TheoryData<string> Archives
    {
        get
        {
            TheoryData<string> names = ["sample"];
            foreach (string file in Repository.EtsiCaps is { } folder ? Directory.GetFiles(folder, "*.cap").Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
            {
                names.Add(Path.GetFileName(file));
            }

            return names;
        }
    }

    [Theory, MemberData(nameof(Archives))]
    public void Every_damage_is_refused_with_its_place(string name)
    {
        Octets archive = name == "sample" ? CapArchives.Sample.Build() : Octets.Own(File.ReadAllBytes(Path.Combine(Repository.EtsiCaps!, name)));
        Assert.True(CapFile.TryRead(archive.Memory, out _, out _));

        (string What, byte[] Damaged, string? Place)[] damages = [.. Damages(archive)];

        Assert.True(damages.Length >= 20, $"Only {damages.Length} damages.");
        Assert.All(damages, damage =>
        {
            Assert.False(CapFile.TryRead(damage.Damaged, out _, out CapFault fault), $"{damage.What} was not noticed.");
            Assert.Equal(damage.Place ?? fault.Component, fault.Component);
            Assert.All([fault.Component, fault.Problem, fault.NextStep], text => Assert.False(string.IsNullOrWhiteSpace(text), damage.What));
        });
    }

    private static IEnumerable<(string What, byte[] Damaged, string? Place)> Damages(Octets archive)
    {
        yield return ("archive cut in the middle", archive.Slice(0, archive.Length / 2).ToArray(), CapFault.Archive);
        yield return ("archive without its end", archive.Slice(0, archive.Length - 30).ToArray(), CapFault.Archive);
        foreach (string component in Components)
        {
            yield return ($"{component} without its last octet", CapArchives.With(archive, component, c => c[..^1]), component);
            yield return ($"{component} with one octet more", CapArchives.With(archive, component, c => [.. c, 0]), component);
            yield return ($"{component} missing", CapArchives.With(archive, component, _ => null), CapFault.Archive);
        }

        yield return ("magic of the header", CapArchives.With(archive, "Header.cap", c => Change(c, 3, 0xCA)), "Header.cap");
        yield return ("number of imports", CapArchives.With(archive, "Import.cap", c => Change(c, 3, (byte)(c[3] + 1))), "Import.cap");
        yield return ("number of constants", CapArchives.With(archive, "ConstantPool.cap", c => Change(c, 4, (byte)(c[4] + 1))), "ConstantPool.cap");
        yield return ("tag of the methods", CapArchives.With(archive, "Method.cap", c => Change(c, 0, 0x06)), "Method.cap");
    }

    private static byte[] Change(byte[] octets, int at, byte value)
    {
        octets[at] = value;
        return octets;
    }
}
