using System.Diagnostics;
using System.Xml.Linq;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Bearers.Capture;

/// <summary>tshark, the dissector of Wireshark, as a process of its own.</summary>
internal static class Tshark
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>Where it is; null where it is not installed.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => System.IO.Path.Combine(folder, "tshark"))
        .FirstOrDefault(File.Exists);

    /// <summary>Dissects frames: one element a frame, in which tshark named every field.</summary>
    /// <param name="linkType">What the frames are.</param>
    /// <param name="frames">The frames.</param>
    /// <param name="options">How tshark is to read them.</param>
    public static async Task<XElement[]> DissectAsync(uint linkType, IEnumerable<Octets> frames, params string[] options)
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            CaptureFile.Write(file, linkType, frames);
            using Process process = Process.Start(new ProcessStartInfo(Path!, ["-r", file, "-T", "pdml", .. options])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            string dissection = await process.StandardOutput.ReadToEndAsync().WaitAsync(Limit);
            await process.WaitForExitAsync().WaitAsync(Limit);
            Assert.True(process.ExitCode == 0, await errors);
            return [.. XElement.Parse(dissection).Elements("packet")];
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>What tshark shows of a field, wherever it found it.</summary>
    public static string[] Shown(this XElement packet, string field) =>
        [.. Fields(packet, field).Select(f => (string?)f.Attribute("show") ?? "")];

    /// <summary>The octets of a field.</summary>
    public static Octets[] Raw(this XElement packet, string field) =>
        [.. Fields(packet, field).Select(f => Octets.Parse((string?)f.Attribute("value") ?? ""))];

    /// <summary>Whether tshark marks anything as malformed, or as an error.</summary>
    public static bool IsMalformed(this XElement packet) =>
        packet.Descendants().Any(e => ((string?)e.Attribute("name"))?.StartsWith("_ws.malformed", StringComparison.Ordinal) is true)
        || packet.Descendants().Any(e => (string?)e.Attribute("name") == "_ws.expert.severity" && (string?)e.Attribute("show") == ErrorSeverity);

    private const string ErrorSeverity = "8388608";

    private static IEnumerable<XElement> Fields(XElement packet, string field) =>
        packet.Descendants("field").Where(f => (string?)f.Attribute("name") == field);
}
