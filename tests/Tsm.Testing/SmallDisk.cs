using System.Diagnostics;
using System.Globalization;

namespace Tsm.Testing;

/// <summary>A file system of a few MiB in memory, which a test can fill. Only root can make one, and not in every container.</summary>
public sealed class SmallDisk : IDisposable
{
    private const int Size = 16 * 1024 * 1024;
    private const int Spare = 512 * 1024;

    private SmallDisk(string folder) => Folder = folder;

    /// <summary>Why there can be none here; null when there can.</summary>
    public static string? WhyNot { get; } = Probe();

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Mounts one.</summary>
    public static SmallDisk Mount()
    {
        string folder = Directory.CreateTempSubdirectory("tsm-disk-").FullName;
        return Run("mount", "-t", "tmpfs", "-o", $"size={Size.ToString(CultureInfo.InvariantCulture)},mode=777", "tmpfs", folder)
            ? new(folder)
            : throw new InvalidOperationException($"Nothing could be mounted at {folder}.");
    }

    /// <summary>Leaves half a MiB.</summary>
    public void Fill()
    {
        long free = new DriveInfo(Folder).AvailableFreeSpace;
        using FileStream filler = File.Create(Filler);
        byte[] zeros = new byte[64 * 1024];
        for (long written = 0; written < free - Spare; written += zeros.Length)
        {
            filler.Write(zeros);
        }
    }

    /// <summary>Makes room again.</summary>
    public void Clear() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", "--lazy", Folder);
        Directory.Delete(Folder);
    }

    private static string? Probe()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "Only root on Linux can mount a small file system to fill.";
        }

        try
        {
            Mount().Dispose();
            return null;
        }
        catch (InvalidOperationException)
        {
            return "This container may not mount a small file system to fill.";
        }
    }

    private static bool Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
