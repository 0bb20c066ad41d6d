using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>Where a file lies: file identifiers from the MF or an ADF down to the file.</summary>
/// <remarks>
/// TS 102 221 §8.4. Two are equal when their identifiers are. <c>3F00</c> at the start is left out, and <c>7FFF</c> stands for
/// the ADF of the application. The default value is the MF.
/// </remarks>
public readonly record struct FilePath
{
    /// <summary>The identifier of the MF.</summary>
    public const ushort MasterFileId = 0x3F00;

    /// <summary>The identifier under which the ADF of the current application is reached.</summary>
    public const ushort CurrentAdfId = 0x7FFF;

    /// <summary>The most levels of a path.</summary>
    public const int MaxDepth = 8;

    private const int IdSize = 2;

    private readonly Octets _ids;

    private FilePath(Octets ids) => _ids = ids;

    /// <summary>The MF.</summary>
    public static FilePath MasterFile => default;

    /// <summary>The identifiers from the top down; none for the MF.</summary>
    public ImmutableArray<ushort> Ids
    {
        get
        {
            var ids = ImmutableArray.CreateBuilder<ushort>(_ids.Length / IdSize);
            for (int i = 0; i < _ids.Length; i += IdSize)
            {
                ids.Add((ushort)(_ids[i] << 8 | _ids[i + 1]));
            }

            return ids.ToImmutable();
        }
    }

    /// <summary>The identifier of the file itself.</summary>
    public ushort FileId => Ids is [.., var last] ? last : MasterFileId;

    /// <summary>Whether the path begins at the ADF of the application rather than at the MF.</summary>
    public bool IsInAdf => Ids is [CurrentAdfId, ..];

    /// <summary>The directory that the file lies in; the MF for the MF.</summary>
    public FilePath Parent => _ids.IsEmpty ? this : new(_ids.Slice(0, _ids.Length - IdSize));

    /// <summary>The path as data of SELECT by path from the MF: the identifiers without <c>3F00</c>.</summary>
    public Octets ToOctets() => _ids;

    /// <summary>A path of these identifiers.</summary>
    /// <exception cref="ArgumentException">More than eight levels.</exception>
    public static FilePath Of(params ReadOnlySpan<ushort> ids)
    {
        if (ids is [MasterFileId, ..])
        {
            ids = ids[1..];
        }

        if (ids.Length > MaxDepth)
        {
            throw new ArgumentException($"A path has at most {MaxDepth} levels.", nameof(ids));
        }

        byte[] octets = new byte[ids.Length * IdSize];
        for (int i = 0; i < ids.Length; i++)
        {
            octets[2 * i] = (byte)(ids[i] >> 8);
            octets[2 * i + 1] = (byte)(ids[i] & 0xFF);
        }

        return new(Octets.Own(octets));
    }

    /// <summary>The file with this identifier in this directory.</summary>
    public FilePath Child(ushort id) => Of([.. Ids, id]);

    /// <summary>Reads identifiers of four hexadecimal digits with slashes between them, such as <c>7FFF/6F07</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out FilePath path)
    {
        path = default;
        if (string.IsNullOrEmpty(text) || text.Length > (MaxDepth + 1) * 5)
        {
            return false;
        }

        var ids = new List<ushort>();
        foreach (string part in text.Split('/'))
        {
            if (part.Length != 4 || !ushort.TryParse(part, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort id))
            {
                return false;
            }

            ids.Add(id);
        }

        if (ids.Count > MaxDepth + (ids[0] == MasterFileId ? 1 : 0))
        {
            return false;
        }

        path = Of([.. ids]);
        return true;
    }

    /// <summary>Reads a path as <see cref="TryParse"/> does.</summary>
    /// <exception cref="FormatException">The text is no path.</exception>
    public static FilePath Parse(string text) =>
        TryParse(text, out FilePath path) ? path : throw new FormatException($"'{text}' is no path like 7FFF/6F07.");

    /// <summary>The identifiers with slashes between them.</summary>
    public override string ToString() =>
        _ids.IsEmpty ? "3F00" : string.Join('/', Ids.Select(id => id.ToString("X4", CultureInfo.InvariantCulture)));
}
