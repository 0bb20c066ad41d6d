namespace Tsm.Cli.Packets;

/// <summary>Why a case has no result. It ends the case, not the run.</summary>
/// <param name="code">For programs.</param>
/// <param name="meaning">One readable sentence.</param>
/// <param name="next">What to do about it.</param>
internal sealed class CaseFault(string code, string meaning, string next) : Exception(meaning)
{
    /// <summary>The case was not read: <c>case</c>; the packet could not be made or opened: <c>scp80</c>; the segments do not fit: <c>sms</c>.</summary>
    public string Layer { get; init; } = "case";

    public string Code { get; } = code;

    public string Next { get; } = next;

    /// <summary>The member of the case that is at fault, if one is.</summary>
    public string? Member { get; init; }

    /// <summary>Why, where more is known than the meaning says.</summary>
    public string? Cause { get; init; }

    public static CaseFault OfMember(string code, string member, string meaning, string next) => new(code, meaning, next) { Member = member };

    public static CaseFault OfPacket(string code, string meaning, string next) => new(code, meaning, next) { Layer = "scp80" };
}
