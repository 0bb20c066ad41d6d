namespace Tsm.Tests.Card.CapFiles;

/// <summary>A theory over the CAP files of ETSI TS 102 268, which lie beside the repository; skipped where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EtsiTheoryAttribute : TheoryAttribute
{
    public EtsiTheoryAttribute()
    {
        if (Folder is null)
        {
            Skip = "The CAP files of ETSI are not in ../shared/caps/etsi.";
        }
    }

    /// <summary>The folder with the CAP files; null where it is absent.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Tsm.sln")))
        {
            root = root.Parent;
        }

        string? folder = root?.Parent is { } parent ? Path.Combine(parent.FullName, "shared", "caps", "etsi") : null;
        return Directory.Exists(folder) ? folder : null;
    }
}
