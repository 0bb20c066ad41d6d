namespace Tsm.Cli.Api;

/// <summary>What is said of files that the user named.</summary>
internal static class Files
{
    /// <summary>Opens a file to read it line by line.</summary>
    /// <exception cref="ProblemException">It cannot be read.</exception>
    public static StreamReader OpenText(string path)
    {
        try
        {
            return new(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw NotReadable(path, fault);
        }
    }

    /// <summary>Creates a file, or empties it, to write UTF-8 without a mark at its beginning.</summary>
    /// <exception cref="ProblemException">It cannot be written.</exception>
    public static StreamWriter CreateText(string path)
    {
        try
        {
            return new(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(
                new()
                {
                    Title = "The file cannot be written",
                    Detail = $"{path} cannot be written.",
                    Layer = "cli",
                    Code = "FILE_NOT_WRITABLE",
                    Cause = fault.Message,
                    Next = "Check the path and who may write there.",
                },
                ExitCode.Usage);
        }
    }

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
