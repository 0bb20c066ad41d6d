using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>Content that fills a file or a record: what is not used is <c>FF</c>.</summary>
/// <remarks>
/// TS 102 221 §8.3. Files without a coding of their own here, such as EF_GID1, EF_GID2 and the records of EF_ARR, are such octets.
/// </remarks>
public static class FileContent
{
    /// <summary>Fills content up to the size of its file or record.</summary>
    /// <exception cref="ArgumentException">The content is longer.</exception>
    public static Octets Fill(Octets content, int size)
    {
        if (content.Length > size)
        {
            throw new ArgumentException($"{content.Length} octets do not fit into {size}.", nameof(content));
        }

        byte[] filled = new byte[size];
        content.Span.CopyTo(filled);
        filled.AsSpan(content.Length).Fill(0xFF);
        return Octets.Own(filled);
    }

    /// <summary>Content of nothing but <c>FF</c>.</summary>
    public static Octets Blank(int size) => Fill(Octets.Empty, size);

    /// <summary>Whether there is nothing but <c>FF</c>.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> content) => !content.ContainsAnyExcept((byte)0xFF);

    /// <summary>The content without <c>FF</c> at its end.</summary>
    public static Octets Trim(Octets content)
    {
        int used = content.Span.LastIndexOfAnyExcept((byte)0xFF) + 1;
        return content.Slice(0, used);
    }
}
