using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Tsm.Benchmarks.Limits;

/// <summary>What <c>openssl speed</c> makes of octets on one core: a cipher, or a CMAC, over messages of one length.</summary>
internal static class OpenSslSpeed
{
    /// <summary>Octets per second; null where there is no such program, or it does not know the algorithm.</summary>
    /// <param name="octets">The length of a message.</param>
    /// <param name="seconds">How long it is measured.</param>
    /// <param name="algorithm">As <c>openssl speed</c> takes it, e.g. <c>-evp aes-128-cbc</c>.</param>
    public static async Task<double?> MeasureAsync(int octets, int seconds, params string[] algorithm)
    {
        string[] arguments = ["speed", "-mr", "-seconds", Text(seconds), "-bytes", Text(octets), .. algorithm];
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                UseShellExecute = false,
            })!;
            Task<string> error = process.StandardError.ReadToEndAsync();
            string output = await process.StandardOutput.ReadToEndAsync();
            await error;
            await process.WaitForExitAsync();

            // +F:22:AES-128-CBC:1029481472.00, in octets a second.
            string? line = output.Split('\n').LastOrDefault(l => l.StartsWith("+F:", StringComparison.Ordinal));
            return line is not null && double.TryParse(line.Split(':')[^1], CultureInfo.InvariantCulture, out double rate) ? rate : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
