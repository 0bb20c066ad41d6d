namespace Tsm.Card.Scripts;

/// <summary>How a remote command string and its answer are laid out.</summary>
/// <remarks>TS 102 226 §5. The TAR fixes the format, unless its application detects it.</remarks>
public enum ScriptFormat
{
    /// <summary>Commands in a row, the answer of the last one only (<see cref="CompactScript"/>).</summary>
    Compact,

    /// <summary>A template of objects, an answer to every command (<see cref="ExpandedScript"/>).</summary>
    Expanded,
}

/// <summary>Tells the formats apart by their first octet.</summary>
public static class ScriptFormatDetection
{
    /// <summary>The format of a command string: <c>AA</c> and <c>AE</c> open the expanded one.</summary>
    /// <remarks>TS 102 226 §5.3. For applications that detect the format; elsewhere the TAR says it.</remarks>
    public static ScriptFormat OfCommand(ReadOnlySpan<byte> script) =>
        script is [ExpandedScript.DefiniteTag or ExpandedScript.IndefiniteTag, ..] ? ScriptFormat.Expanded : ScriptFormat.Compact;

    /// <summary>The format of an answer: <c>AB</c> and <c>AF</c> open the expanded one.</summary>
    /// <remarks>
    /// Only for an application of remote management, and only where the format that was sent is not known: a compact answer to
    /// 171 or 175 commands begins with the same octets.
    /// </remarks>
    public static ScriptFormat OfResponse(ReadOnlySpan<byte> response) =>
        response is [ExpandedResponse.DefiniteTag or ExpandedResponse.IndefiniteTag, ..] ? ScriptFormat.Expanded : ScriptFormat.Compact;
}
