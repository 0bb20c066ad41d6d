using System.CommandLine;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary>A command with examples in its help.</summary>
internal sealed class Verb : Command
{
    public Verb(string name, string description, params string[] examples) : base(name, description)
    {
        Examples = examples;
        HasVerbs = false;
    }

    /// <summary>Command lines that a user can copy.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Whether this command only groups others.</summary>
    public bool HasVerbs { get; private set; }

    /// <summary>Makes this a group of commands.</summary>
    public Verb With(params Verb[] verbs)
    {
        HasVerbs = true;
        foreach (Verb verb in verbs)
        {
            Add(verb);
        }

        return this;
    }

    /// <summary>Adds options and arguments.</summary>
    public Verb Takes(params Symbol[] symbols)
    {
        foreach (Symbol symbol in symbols)
        {
            if (symbol is Option option)
            {
                Add(option);
            }
            else if (symbol is Argument argument)
            {
                Add(argument);
            }
        }

        return this;
    }

    /// <summary>Adds what every command that talks to a server takes.</summary>
    public Verb TalksToServer() => Takes(CommonOptions.Server, CommonOptions.Token, CommonOptions.Data, CommonOptions.Json);

    /// <summary>Says what the command does.</summary>
    public Verb Does(Terminal terminal, Func<Invocation, Task<int>> body)
    {
        SetAction(async (parse, cancellation) =>
        {
            using var invocation = new Invocation(parse, terminal, cancellation);
            return await body(invocation);
        });
        return this;
    }
}
