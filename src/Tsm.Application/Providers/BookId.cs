namespace Tsm.Application.Providers;

/// <summary>The names by which documents of the books refer to each other.</summary>
public static class BookId
{
    /// <summary>The shortest, in characters.</summary>
    public const int MinLength = 2;

    /// <summary>The longest, in characters.</summary>
    public const int MaxLength = 32;

    /// <summary>What a name looks like, for people.</summary>
    public const string Rule = "2 to 32 lower-case letters, digits and hyphens, a letter or digit first";

    /// <summary>Whether a text may be a name.</summary>
    public static bool IsRight(string? text) => text is { Length: >= MinLength and <= MaxLength }
        && text[0] != '-'
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
}
