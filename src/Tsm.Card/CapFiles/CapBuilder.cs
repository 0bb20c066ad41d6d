using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>Builds small CAP files with real content, for demonstrations, tests and simulated cards.</summary>
/// <remarks>
/// The components follow JCVM 2.2.2 §6 in format 2.1, as converters write it for packages without remote interfaces. Each
/// applet is a class of its own that extends javacard.framework.Applet, registers itself under the instance AID it is
/// given, and answers every command with the beginning of its payload. The same input gives the same octets on every
/// machine.
/// </remarks>
public sealed record CapBuilder
{
    /// <summary>javacard.framework 1.2, which every Java Card from 2.2.1 on has.</summary>
    public static CapImport Framework { get; } = new(Aid.Parse("A0000000620101"), 1, 2);

    /// <summary>java.lang 1.0, which every Java Card has.</summary>
    public static CapImport Language { get; } = new(Aid.Parse("A0000000620001"), 1, 0);

    /// <summary>The AID of the package.</summary>
    public required Aid PackageAid { get; init; }

    /// <summary>The version of the package.</summary>
    public PackageVersion Version { get; init; } = new(1, 0);

    /// <summary>The name of the package, such as "com.example.wallet": letters, digits, dots and underscores.</summary>
    public required string Name { get; init; }

    /// <summary>The applets, up to 100; none for a library, which others can import.</summary>
    public ImmutableArray<CapBuilderApplet> Applets { get; init; } = [];

    /// <summary>Packages beyond <see cref="Framework"/> and <see cref="Language"/> that a card must have.</summary>
    public ImmutableArray<CapImport> Imports { get; init; } = [];

    /// <summary>A "hello" applet with a load file of about 1.8 KiB: package F0546D5301, module F0546D53010101.</summary>
    public static Octets SampleApplet() => new CapBuilder
    {
        PackageAid = Aid.Parse("F0546D5301"),
        Name = "tsm.sample.hello",
        Applets = [new(Aid.Parse("F0546D53010101"), 1400)],
    }.Build();

    /// <summary>The CAP archive.</summary>
    /// <exception cref="InvalidOperationException">There are too many applets, an applet's RID differs from the package's,
    /// or the payloads do not fit the Static Field component.</exception>
    public Octets Build()
    {
        const int MaxApplets = 100;
        if (Applets.IsDefault || Applets.Length > MaxApplets || Applets.Sum(a => (long)a.PayloadLength) > 60_000)
        {
            throw new InvalidOperationException($"A package has up to {MaxApplets} applets with 60,000 octets of payload in all.");
        }

        if (Applets.Any(a => a.Aid.Rid != PackageAid.Rid))
        {
            throw new InvalidOperationException("Applets have the RID of their package.");
        }

        if (Name.Length is 0 or > 200 || !Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_'))
        {
            throw new InvalidOperationException("A package name has letters, digits, dots and underscores.");
        }

        var archive = new StoredArchive();
        archive.Add("META-INF/MANIFEST.MF", System.Text.Encoding.ASCII.GetBytes(Manifest()));
        string folder = Name.Replace('.', '/') + "/javacard/";
        foreach ((ComponentTag tag, byte[] octets) in new CapComponents(this).Build())
        {
            archive.Add($"{folder}{tag}.cap", octets);
        }

        return archive.ToOctets();
    }

    internal ImmutableArray<CapImport> AllImports => [Framework, .. Imports, Language];

    // Lines of a manifest end after 72 octets and go on after a space (JAR File Specification).
    private string Manifest()
    {
        var text = new System.Text.StringBuilder();
        Line("Manifest-Version: 1.0");
        Line("Created-By: Tsm");
        Line("");
        Line("Name: " + Name.Replace('.', '/'));
        Line("Java-Card-CAP-File-Version: 2.1");
        Line($"Java-Card-Package-Version: {Version}");
        Line("Java-Card-Package-Name: " + Name);
        Line("Java-Card-Package-AID: " + Colons(PackageAid));
        for (int i = 0; i < Applets.Length; i++)
        {
            Line(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Java-Card-Applet-{i + 1}-AID: {Colons(Applets[i].Aid)}"));
        }

        Line("");
        return text.ToString();

        void Line(string line)
        {
            const int Limit = 70;
            for (; line.Length > Limit; line = " " + line[Limit..])
            {
                text.Append(line.AsSpan(0, Limit)).Append("\r\n");
            }

            text.Append(line).Append("\r\n");
        }

        static string Colons(Aid aid) => string.Join(':', aid.Octets.ToArray().Select(o => $"0x{o:x2}"));
    }
}

/// <summary>An applet to build.</summary>
/// <param name="Aid">Its AID, with the RID of the package.</param>
/// <param name="PayloadLength">The octets of its payload, 1 to 32,767; the rest of a load file is about 350 octets.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CapBuilderApplet(Aid Aid, int PayloadLength)
{
    /// <summary>The octets of its payload, 1 to 32,767.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside that range.</exception>
    public int PayloadLength { get; init; } = PayloadLength is >= 1 and <= short.MaxValue
        ? PayloadLength
        : throw new ArgumentOutOfRangeException(nameof(PayloadLength), PayloadLength, "A payload has 1 to 32,767 octets.");
}
