using System.Globalization;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Security.Scp80;

namespace Tsm.Explain;

/// <summary>The verdicts that several layers come to.</summary>
internal static class Verdicts
{
    public static Verdict Unknown(Octets octets) => Trouble(
        "input", "UNKNOWN", "Unknown octets", $"These {octets.Length} octets are none of the kinds that are known here.",
        "They are cut, ciphered without a header, or belong to an application of its own.",
        "Give the whole message from its first octet on, or the keys and the command it answers.");

    public static Verdict WellFormed(string layer, string name, string meaning) =>
        new(layer, "OK", name, meaning, "Nothing is wrong with what can be seen from here.", "Nothing needs to be done.");

    public static Verdict Cut(string layer, string what) => Trouble(
        layer, "CUT", "Octets are missing", $"{what} is longer than the octets that were given.", "The message was cut when it was copied, or a relay has cut it.", "Give all of it; where segments are missing, see which never arrived.");

    public static Verdict Of(StatusWord status, byte? instruction)
    {
        StatusExplanation said = status.Explain(instruction ?? 0);
        string after = instruction is { } ins ? $" ({Instruction.Name(ins)} was answered with it)" : "";
        return new(instruction is Instruction.Load or Instruction.Install or Instruction.PutKey or Instruction.Delete or Instruction.StoreData ? "globalplatform" : "apdu",
            status.ToString(), said.Name, said.Meaning + after, said.Cause, said.NextStep)
        {
            IsTrouble = !status.IsSuccess,
        };
    }

    /// <summary>What a status of a response packet means, given what was asked for.</summary>
    /// <param name="status">The status.</param>
    /// <param name="proven">Whether a CC or RC proved it.</param>
    /// <param name="isBare">Whether it came in the clear with a counter of zero, as from a card that did not read the command.</param>
    public static Verdict Of(ResponseStatus status, bool proven, bool isBare = false)
    {
        string code = status.Code.ToString("X2", CultureInfo.InvariantCulture);
        string cause = status.Cause, next = status.NextStep;
        if (status == ResponseStatus.UnidentifiedSecurityError)
        {
            cause = isBare
                ? "Many cards say this, in the clear and with CNTR zero, to a counter that they have seen already. Else KIc and KID name different key versions, or an algorithm that the key has not."
                : "Where SPI asks for a counter, a counter that is too low comes first. Else KIc and KID name different key versions, or an algorithm that the key has not.";
            next = "Compare the counter with the last one confirmed and jump ahead once; if it stays, compare key version and algorithms with the card model.";
        }

        string proof = proven ? "" : " It is not proven: anybody could have sent it.";
        return new("scp80", code, status.Name, status.Meaning + proof, cause, next) { IsTrouble = !status.IsOk || !proven };
    }

    public static Verdict Trouble(string layer, string code, string name, string meaning, string cause, string next) =>
        new(layer, code, name, meaning, cause, next) { IsTrouble = true };
}
