using System.Collections.Immutable;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;

namespace Tsm.Explain.Layers;

/// <summary>CAP archives.</summary>
internal static class CapLayer
{
    public static Found? Read(Octets octets, int? origin, ExplainContext context)
    {
        if (octets.Length < 4 || octets[0] != 'P' || octets[1] != 'K')
        {
            return null;
        }

        if (!CapFile.TryRead(octets.Memory, out CapFile? cap, out CapFault fault))
        {
            return new("cap", "CAP file that cannot be used", new("CAP archive", octets) { Offset = origin, IsFault = true, Meaning = $"{octets.Length} octets" },
                Verdicts.Trouble("cap", "BAD_CAP", "Not a CAP file that a card takes", fault.ToString()!, "The file was cut or edited, or it is not what a Java Card converter makes.", "Build it again and copy it unchanged; 'tsm cap info' names the place."));
        }

        ImmutableArray<Part> imports = [.. cap.Imports.Select(i => new Part("import", Octets.Empty) { Meaning = $"{KnownPackages.Describe(i.Aid)} {i.Major}.{i.Minor}" })];
        ImmutableArray<Part> applets = [.. cap.Applets.Select(a => new Part("applet", Octets.Empty) { Meaning = a.Aid.ToString() })];
        ImmutableArray<Part> components = [.. cap.Components.Select(c => new Part(c.Tag.ToString(), Octets.Empty) { Meaning = $"{c.Size} octets" })];
        var part = new Part("CAP archive", Octets.Empty)
        {
            Offset = origin,
            Meaning = $"package {cap.PackageName} ({cap.PackageAid}) {cap.PackageVersion}, format {cap.JavaCardVersion}, about {cap.MemoryEstimate} octets on the card",
            Parts = [new("applets", Octets.Empty) { Parts = applets }, new("imports", Octets.Empty) { Parts = imports }, new("components", Octets.Empty) { Parts = components }],
        };
        string needs = string.Join(", ", cap.Imports.Select(i => $"{KnownPackages.Name(i.Aid) ?? i.Aid.ToString()} {i.Major}.{i.Minor}"));
        return new("cap", $"CAP file {cap.PackageName}", part, new(
            "cap", "OK", "A CAP file", $"Format {cap.JavaCardVersion} with {cap.Applets.Length} applets. It needs these packages on the card, in this version or a later minor one: {needs}.",
            "A card that lacks one of them answers 6438, 6A80 or 6400 to the last LOAD or to INSTALL.", "Compare the list with the packages of the card model before it is sent."));
    }
}
