namespace Tsm.Cli.Api;

/// <summary>What is said of files that the user named.</summary>
internal static class Files
{
    /// <summary>The problem that a file cannot be read.</summary>
    public static ProblemException NotReadable(string path, Exception fault) => new(
        new()
        {
            Title = "The file cannot be read",
            Detail = $"{path} cannot be read.",
            Layer = "cli",
            Code = fault is FileNotFoundException or DirectoryNotFoundException ? "FILE_NOT_FOUND" : "FILE_NOT_READABLE",
            Cause = fault.Message,
            Next = "Check the path and who may read it.",
        },
        ExitCode.Usage);
}
