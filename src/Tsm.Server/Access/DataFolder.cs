namespace Tsm.Server.Access;

/// <summary>The folder of database, vault key and token.</summary>
internal static class DataFolder
{
    /// <summary>Makes the folder when it is missing, open to its owner alone, and returns its full path.</summary>
    public static string Create(string folder) => OperatingSystem.IsWindows()
        ? Directory.CreateDirectory(folder).FullName
        : Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
}
