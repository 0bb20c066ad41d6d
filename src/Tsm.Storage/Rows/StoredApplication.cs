using System.Text.Json;
using Tsm.Application.Applications;
using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;

namespace Tsm.Storage.Rows;

/// <summary>A row of the table of applications.</summary>
internal sealed class StoredApplication
{
    /// <summary>The columns, each under the name of its property.</summary>
    public const string Columns =
        """
        id AS Id, name AS Name, package_aid AS PackageAid, package_name AS PackageName, version AS Version, java_card AS JavaCard,
        applets AS Applets, imports AS Imports, memory AS Memory, sha256 AS Sha256, uploaded_at AS UploadedAt, load_file AS LoadFile
        """;

    /// <summary>Adds a row that is not there yet; its parameters are those of <see cref="Values"/>.</summary>
    public const string AddSql =
        """
        INSERT INTO applications
            (tenant, id, name, package_aid, package_name, version, java_card, applets, imports, memory, sha256, uploaded_at, load_file)
        VALUES
            (@tenant, @Id, @Name, @PackageAid, @PackageName, @Version, @JavaCard, @Applets, @Imports, @Memory, @Sha256, @UploadedAt, @LoadFile)
        ON CONFLICT DO NOTHING
        """;

    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string PackageAid { get; init; } = "";

    public string? PackageName { get; init; }

    public string Version { get; init; } = "";

    public string JavaCard { get; init; } = "";

    public string Applets { get; init; } = "";

    public string Imports { get; init; } = "";

    public int Memory { get; init; }

    public string Sha256 { get; init; } = "";

    public long UploadedAt { get; init; }

    public byte[] LoadFile { get; init; } = [];

    /// <summary>The values of a row.</summary>
    public static object Values(string tenant, CatalogueApplication application) => new
    {
        tenant,
        application.Id,
        application.Name,
        PackageAid = application.PackageAid.ToString(),
        application.PackageName,
        application.Version,
        application.JavaCard,
        Applets = JsonSerializer.Serialize([.. application.Applets], StorageJson.Default.AidArray),
        Imports = JsonSerializer.Serialize([.. application.Imports], StorageJson.Default.PackageReferenceArray),
        application.Memory,
        application.Sha256,
        UploadedAt = StoredValues.Milliseconds(application.UploadedAt),
        LoadFile = application.LoadFile.ToArray(),
    };

    public CatalogueApplication ToApplication() => new(
        Id, Name, Aid.Parse(PackageAid), PackageName, Version, JavaCard,
        [.. JsonSerializer.Deserialize(Applets, StorageJson.Default.AidArray)!],
        [.. JsonSerializer.Deserialize(Imports, StorageJson.Default.PackageReferenceArray)!],
        Octets.Own(LoadFile), Memory, Sha256, StoredValues.Time(UploadedAt));
}
