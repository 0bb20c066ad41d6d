using Tsm.Cli;
using Tsm.Cli.Api;
using Tsm.Cli.Caps;
using Tsm.Cli.Demo;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Cli;

public sealed class LibraryLookupTests
{
    private const string Framework = "A0000000620101";

    [Fact]
    public void What_is_on_the_cards_is_not_looked_for()
    {
        DemoPackage package = Package("app", "F000000001", "1.0", (Framework, "1.2"));

        IReadOnlyList<DemoPackage> found = LibraryLookup.Find(package, () => throw new InvalidOperationException("must not look"), OnCards);

        Assert.Empty(found);
    }

    [Fact]
    public void Libraries_of_libraries_come_first()
    {
        DemoPackage inner = Package("inner", "F000000003", "1.1", (Framework, "1.2"));
        DemoPackage outer = Package("outer", "F000000002", "1.0", ("F000000003", "1.0"));
        DemoPackage package = Package("app", "F000000001", "1.0", ("F000000002", "1.0"), ("F000000003", "1.0"), (Framework, "1.2"));

        IReadOnlyList<DemoPackage> found = LibraryLookup.Find(package, () => [outer, inner], OnCards);

        Assert.Equal([inner, outer], found);
    }

    [Fact]
    public void The_version_that_fits_is_taken()
    {
        DemoPackage old = Package("old", "F000000002", "1.0");
        DemoPackage fitting = Package("fitting", "F000000002", "1.3");
        DemoPackage other = Package("other", "F000000002", "2.0");

        IReadOnlyList<DemoPackage> found =
            LibraryLookup.Find(Package("app", "F000000001", "1.0", ("F000000002", "1.2")), () => [old, other, fitting], OnCards);

        Assert.Equal([fitting], found);
    }

    [Fact]
    public void A_library_that_is_nowhere_or_of_another_version_is_named()
    {
        DemoPackage package = Package("app", "F000000001", "1.0", ("F000000002", "1.2"));

        ProblemException missing = Assert.Throws<ProblemException>(() => LibraryLookup.Find(package, () => [], OnCards));
        ProblemException old =
            Assert.Throws<ProblemException>(() => LibraryLookup.Find(package, () => [Package("old", "F000000002", "1.1")], OnCards));

        Assert.Equal((ExitCode.Usage, "LIBRARY_NOT_FOUND"), (missing.ExitCode, missing.Problem.Code));
        Assert.Contains("F000000002", missing.Problem.Evidence[0], StringComparison.Ordinal);
        Assert.Contains("old.cap is version 1.1", old.Problem.Evidence[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_circle_is_refused()
    {
        DemoPackage one = Package("one", "F000000002", "1.0", ("F000000003", "1.0"));
        DemoPackage two = Package("two", "F000000003", "1.0", ("F000000002", "1.0"));

        ProblemException fault = Assert.Throws<ProblemException>(
            () => LibraryLookup.Find(Package("app", "F000000001", "1.0", ("F000000002", "1.0")), () => [one, two], OnCards));

        Assert.Equal("LIBRARY_CIRCLE", fault.Problem.Code);
    }

    [Theory]
    [InlineData("1.3", "1.3", true)]
    [InlineData("1.10", "1.9", true)]
    [InlineData("1.2", "1.3", false)]
    [InlineData("2.5", "1.3", false)]
    [InlineData("", "1.0", false)]
    public void A_version_serves_with_the_same_major_and_no_lower_minor(string version, string needed, bool serves) =>
        Assert.Equal(serves, LibraryLookup.Serves(version, needed));

    [SharedCapsFact]
    public void The_applets_of_ETSI_find_their_library_in_their_folder()
    {
        string path = Path.Combine(Repository.EtsiCaps!, "cre_apt_efca.cap");
        byte[] content = File.ReadAllBytes(path);
        var package = new DemoPackage(path, content, CapReading.Read(content, path));

        IReadOnlyList<DemoPackage> found = LibraryLookup.Find(
            package,
            () => LibraryLookup.ReadFolder(Repository.EtsiCaps!, path),
            import => import.Name?.Contains("test", StringComparison.Ordinal) is false);

        Assert.Equal("util", found.Single().Name);
        Assert.True(found.Single().Cap.Library);
    }

    private static bool OnCards(ImportReport import) => import.Aid is Framework;

    private static DemoPackage Package(string name, string aid, string version, params (string Aid, string Version)[] imports) => new(
        name + ".cap", [], new()
        {
            PackageAid = aid,
            Version = version,
            Format = "2.1",
            Applets = [],
            Imports = [.. imports.Select(i => new ImportReport(i.Aid, null, i.Version))],
            Components = [],
            LoadFileSize = 100,
            Memory = 100,
            Costs = [],
        });
}

/// <summary>A test on CAP files that lie beside the repository; skipped, and said to be, where they do not.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedCapsFactAttribute : FactAttribute
{
    public SharedCapsFactAttribute()
    {
        if (Repository.EtsiCaps is null)
        {
            Skip = "The CAP files of ETSI TS 102 268 are not beside the repository.";
        }
    }
}
