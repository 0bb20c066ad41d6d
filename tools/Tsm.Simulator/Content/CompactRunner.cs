using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;

namespace Tsm.Simulator.Content;

/// <summary>Executes a compact command string as a card does (TS 102 226 §5.1).</summary>
internal static class CompactRunner
{
    /// <summary>The most response data of one command, in octets.</summary>
    private const int MaxResponse = 256;

    /// <summary>Runs the commands until the first error and answers for the last one.</summary>
    /// <param name="script">The command string.</param>
    /// <param name="execute">Executes one command.</param>
    /// <param name="countsGetResponse">Whether GET RESPONSE is counted.</param>
    public static Octets Run(ReadOnlySpan<byte> script, Func<CommandApdu, ResponseApdu> execute, bool countsGetResponse)
    {
        // Nothing to do: a packet that only asks for a proof.
        if (script.IsEmpty)
        {
            return default;
        }

        // P3 points beyond the string: real cards refuse the whole or the last command, this one the whole.
        if (!CompactScript.TryParse(script, out ImmutableArray<CommandApdu> commands, out _))
        {
            return new CompactResponse(1, StatusWord.WrongLength).ToOctets();
        }

        int executed = 0;
        var answer = new ResponseApdu(StatusWord.Success);
        var fetched = new ResponseApdu(StatusWord.Success);
        foreach (CommandApdu command in commands)
        {
            if (command.Ins == Instruction.GetResponse)
            {
                executed += countsGetResponse ? 1 : 0;
                answer = Fetch(ref fetched, command.Le ?? 0);
            }
            else
            {
                executed++;
                fetched = execute(command);
                answer = Present(command, fetched);
            }

            if (answer.Status.IsError)
            {
                break;
            }
        }

        return new CompactResponse(Math.Min(executed, byte.MaxValue), answer.Status, answer.Data).ToOctets();
    }

    private static ResponseApdu Present(CommandApdu command, ResponseApdu response)
    {
        // The octet 00 that confirms INSTALL, LOAD and DELETE comes at once on cards seen, not by GET RESPONSE.
        if (response.Data.Length <= 1)
        {
            return response;
        }

        // Case 4: the data wait for GET RESPONSE, and the status word says how many (§5.1.1).
        if (!command.Data.IsEmpty)
        {
            return new(new StatusWord((ushort)(0x6100 | (response.Data.Length & 0xFF))));
        }

        // Case 2: Le 00 asks for all; another Le must fit.
        return command.Le is null or 0 || command.Le == response.Data.Length
            ? response
            : new(new StatusWord((ushort)(0x6C00 | (response.Data.Length & 0xFF))));
    }

    private static ResponseApdu Fetch(ref ResponseApdu fetched, int le)
    {
        // Nothing to fetch, or fetched already.
        if (fetched.Data.IsEmpty)
        {
            return new(StatusWord.ConditionsNotSatisfied);
        }

        int wanted = le == 0 ? MaxResponse : le;
        if (wanted >= fetched.Data.Length)
        {
            ResponseApdu all = fetched;
            fetched = fetched with { Data = default };
            return all;
        }

        Octets rest = fetched.Data.Slice(wanted);
        var part = new ResponseApdu(fetched.Data.Slice(0, wanted),
            new StatusWord((ushort)(0x6100 | (rest.Length & 0xFF))));
        fetched = fetched with { Data = rest };
        return part;
    }
}
