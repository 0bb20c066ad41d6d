namespace Tsm.Benchmarks.Limits;

/// <summary>How often a second this disk makes a small write durable.</summary>
internal static class DiskFlush
{
    private const int Octets = 4096;

    public static async Task<double> MeasureAsync(TimeSpan span)
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using var file = new FileStream(
            path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        byte[] block = new byte[Octets];
        return await Callers.MeasureAsync(1, span, _ =>
        {
            file.Write(block);
            file.Flush(flushToDisk: true);
            return Task.FromResult(1);
        });
    }
}
