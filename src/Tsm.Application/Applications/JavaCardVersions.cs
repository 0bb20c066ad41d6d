namespace Tsm.Application.Applications;

/// <summary>Which version of Java Card a CAP format and an API package belong to.</summary>
/// <remarks>JCVM 2.1.1 to 3.1 §6.4 (format), Java Card API (versions of javacard.framework).</remarks>
public static class JavaCardVersions
{
    /// <summary>The first version of Java Card whose cards read a CAP format such as <c>2.2</c>; null for an unknown format.</summary>
    public static string? OfFormat(string format) => format switch
    {
        "2.1" => "2.1",
        "2.2" => "2.2",
        "2.3" => "3.1",
        _ => null,
    };

    /// <summary>The version of Java Card that has this version of javacard.framework; null for one that we do not know.</summary>
    public static string? OfFramework(PackageReference framework)
    {
        ArgumentNullException.ThrowIfNull(framework);
        return (framework.Major, framework.Minor) switch
        {
            (1, 0) => "2.1",
            (1, 1) => "2.1.1",
            (1, 2) => "2.2.1",
            (1, 3) => "2.2.2",
            (1, 4) => "3.0.1",
            (1, 5) => "3.0.4",
            (1, 6) => "3.0.5",
            (1, 8) => "3.1",
            _ => null,
        };
    }

    /// <summary>Whether a version is at least another; versions are numbers with dots between, and a missing part is zero.</summary>
    public static bool IsAtLeast(string version, string least) => Parts(version).CompareTo(Parts(least)) >= 0;

    /// <summary>Whether a text is a version: one to four numbers up to 255 with dots between.</summary>
    public static bool IsVersion(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('.');
        return parts.Length <= 4 && parts.All(p => byte.TryParse(p, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _));
    }

    private static (int, int, int, int) Parts(string version)
    {
        int[] parts = [.. version.Split('.').Select(p => int.TryParse(p, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int part) ? part : 0), 0, 0, 0];
        return (parts[0], parts[1], parts[2], parts.Length > 3 ? parts[3] : 0);
    }
}
