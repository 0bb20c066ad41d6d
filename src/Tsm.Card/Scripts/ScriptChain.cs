using System.Runtime.InteropServices;

namespace Tsm.Card.Scripts;

/// <summary>Where a receiving application stands in a chain of scripts: the card's side of script chaining.</summary>
/// <remarks>TS 102 226 §5.2.1.4. One for each TAR; the context it stands for ends with it.</remarks>
/// <param name="IsOpen">Whether a chain has begun and not ended.</param>
/// <param name="SurvivesReset">Whether it is kept when the card is reset.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScriptChain(bool IsOpen, bool SurvivesReset)
{
    /// <summary>No chain.</summary>
    public static ScriptChain None => default;

    /// <summary>Takes a script into the chain.</summary>
    /// <param name="link">The place of the script; null if it stands alone, which ends a chain.</param>
    /// <param name="fault">Why it is not taken; null if it is.</param>
    /// <param name="continues">Whether the script finds the context of the one before it.</param>
    /// <returns>The chain as it is if the script succeeds; after a failure it is <see cref="None"/>.</returns>
    public ScriptChain Enter(ScriptLink? link, out ScriptFault? fault, out bool continues)
    {
        bool wantsMore = link is ScriptLink.Next or ScriptLink.Last;
        fault = wantsMore && !IsOpen ? ScriptFault.NoPreviousScript : null;
        continues = wantsMore && IsOpen;
        return link switch
        {
            ScriptLink.First => new(true, SurvivesReset: false),
            ScriptLink.FirstKept => new(true, SurvivesReset: true),
            ScriptLink.Next => this,
            _ => None,
        };
    }

    /// <summary>The chain after the card was reset.</summary>
    public ScriptChain AfterReset() => SurvivesReset ? this : None;
}
