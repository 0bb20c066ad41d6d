using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;

namespace Tsm.Simulator.Content;

/// <summary>Executes an expanded script as a card does, with an answer to every command (TS 102 226 §5.2).</summary>
/// <remarks>Immediate and error actions are counted and do nothing: nobody looks at the screen of a simulated phone.</remarks>
internal static class ExpandedRunner
{
    /// <summary>Runs the objects until the first error; the answer is in the form of the script.</summary>
    /// <param name="script">The command scripting template.</param>
    /// <param name="execute">Executes one command.</param>
    public static Octets Run(ReadOnlySpan<byte> script, Func<CommandApdu, ResponseApdu> execute)
    {
        // Nothing to do: a packet that only asks for a proof.
        if (script.IsEmpty)
        {
            return default;
        }

        // Real cards may execute what stands before the fault, this one nothing.
        if (!ExpandedScript.TryParse(script, out ExpandedScript parsed, out PacketError error))
        {
            return ExpandedResponse.Of(1, [], ExpandedScript.BadFormat(error)).ToOctets();
        }

        // The issuer security domain keeps a load from packet to packet anyway, and chains no scripts.
        if (parsed.Elements is [{ Tag: ScriptElement.ChainingTag }, ..])
        {
            return ExpandedResponse.Of(1, [], ScriptFault.ChainingUnsupported, parsed.IsIndefinite).ToOctets();
        }

        int executed = 0;
        var answers = new List<ResponseApdu>();
        foreach (ScriptElement element in parsed.Elements)
        {
            executed++;
            if (element.TryGetCommand(out CommandApdu command))
            {
                answers.Add(Present(command, execute(command)));
                if (answers[^1].Status.IsError)
                {
                    break;
                }
            }
        }

        return ExpandedResponse.Of(executed, answers, indefinite: parsed.IsIndefinite).ToOctets();
    }

    private static ResponseApdu Present(CommandApdu command, ResponseApdu response)
    {
        // The octet 00 that confirms INSTALL, LOAD and DELETE comes whether it was asked for or not.
        if (response.Data.Length <= 1)
        {
            return response;
        }

        return command.Le switch
        {
            // There is no GET RESPONSE: what was not asked for is not sent.
            null => new(new StatusWord((ushort)(0x6100 | (response.Data.Length & 0xFF)))),
            0 => response,
            { } le when le == response.Data.Length => response,
            _ => new(new StatusWord((ushort)(0x6C00 | (response.Data.Length & 0xFF)))),
        };
    }
}
