using System.Globalization;
using Tsm.Card.CapFiles;
using Tsm.Cli.Api;

namespace Tsm.Cli.Caps;

/// <summary>Reads CAP files, and says where and why one is refused.</summary>
internal static class CapReading
{
    /// <summary>The applet that a demo installs when it is given none.</summary>
    public static byte[] Sample() => CapBuilder.SampleApplet().ToArray();

    /// <summary>The octets of a CAP file.</summary>
    /// <exception cref="ProblemException">The file cannot be read.</exception>
    public static byte[] ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Files.NotReadable(path, fault);
        }
    }

    /// <summary>What is in a CAP file.</summary>
    /// <exception cref="ProblemException">It is none, or one that no card would take.</exception>
    public static CapReport Read(byte[] content, string path)
    {
        if (!CapFile.TryRead(content, out CapFile? cap, out CapFault fault))
        {
            throw new ProblemException(Refused(path, fault), ExitCode.Usage);
        }

        int size = LoadFile.Wrap(cap.LoadFileDataBlock()).Length;
        return new()
        {
            PackageAid = cap.PackageAid.ToString(),
            PackageName = cap.PackageName.Length == 0 ? null : cap.PackageName,
            Version = cap.PackageVersion.ToString(),
            Format = cap.JavaCardVersion.ToString(),
            Applets = [.. cap.Applets.Select(a => a.Aid.ToString())],
            Imports = [.. cap.Imports.Select(i => new ImportReport(i.Aid.ToString(), KnownPackages.Name(i.Aid), i.Version.ToString()))],
            Components = [.. cap.Components.Select(c => new ComponentReport(c.Name, c.Size, c.Tag != ComponentTag.Debug))],
            LoadFileSize = size,
            Memory = cap.MemoryEstimate,
            Costs = SmsEstimate.Of(size),
        };
    }

    private static Problem Refused(string path, CapFault fault) => new()
    {
        Title = "This CAP file would not load",
        Detail = $"{Path.GetFileName(path)}: {fault.Problem}",
        Layer = "cap",
        Code = "CAP_INVALID",
        Cause = fault.Component is CapFault.Archive
            ? "The file is no CAP archive, is cut off, or was changed on its way."
            : "The converter made something else than the Java Card virtual machine expects, or the file was changed.",
        Next = fault.NextStep,
        Evidence = [string.Create(CultureInfo.InvariantCulture, $"{fault.Component}, octet {fault.Offset}")],
    };
}
