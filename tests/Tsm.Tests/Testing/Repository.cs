namespace Tsm.Tests.Testing;

/// <summary>Where the repository lies, and what may lie beside it.</summary>
internal static class Repository
{
    /// <summary>The folder that holds Tsm.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Real CAP files of ETSI TS 102 268; null where they are not beside the repository.</summary>
    public static string? EtsiCaps { get; } =
        Path.GetFullPath(Path.Combine(Root, "../shared/caps/etsi")) is var folder && Directory.Exists(folder) ? folder : null;

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Tsm.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("Tsm.sln is not above the tests.");
    }
}
