using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>How commands become scripts; a property of the card model and the bearer.</summary>
public sealed record ScriptPlanOptions
{
    /// <summary>The format of the scripts. Default: compact.</summary>
    public ScriptFormat Format { get; init; } = ScriptFormat.Compact;

    /// <summary>The most octets of a script: what the packet has room for as secured data.</summary>
    public required int Capacity { get; init; }

    /// <summary>The most commands of a script, 1 to 255. Default 255.</summary>
    public int MaxCommands { get; init; } = CompactScript.MaxCommands;

    /// <summary>Whether expanded scripts are chained, so that the card keeps what is selected and verified. Default: no.</summary>
    public bool Chain { get; init; }

    /// <summary>Whether a chain survives a reset of the card. Default: no.</summary>
    public bool KeepOverReset { get; init; }

    /// <summary>Whether expanded scripts begin with the indication of a proactive session. Default: no.</summary>
    public bool ProactiveSession { get; init; }

    /// <summary>
    /// Whether a compact command with data and Le is followed by GET RESPONSE, and so ends its script. Default: no; its data
    /// is not fetched.
    /// </summary>
    public bool FetchAnswers { get; init; }
}

/// <summary>One script of a plan.</summary>
/// <param name="Script">The octets for the packet.</param>
/// <param name="First">The index of the first command that the script carries, among those that were planned.</param>
/// <param name="Count">How many of those it carries.</param>
/// <param name="Restored">How many commands stand before them to select and verify what the script before had.</param>
/// <param name="Link">Its place in a chain; null if it stands alone.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PlannedScript(Octets Script, int First, int Count, int Restored, ScriptLink? Link)
{
    /// <summary>Where it stands; its octets, which may hold PINs and keys, are not printed.</summary>
    public override string ToString() => $"commands {First + 1} to {First + Count}, {Script.Length} octets";
}

/// <summary>Cuts a list of commands into scripts that fit their packets.</summary>
/// <remarks>
/// TS 102 226 §5. Where scripts are not chained, every further one begins by selecting and verifying again what the commands
/// before it had selected and verified; commands of GlobalPlatform need none of that and get none.
/// </remarks>
public static class ScriptPlan
{
    /// <summary>Plans the scripts, in the order in which they are to be sent.</summary>
    /// <param name="commands">The commands; one or more.</param>
    /// <param name="options">What the card and the bearer take.</param>
    /// <exception cref="ArgumentException">There are no commands, or one does not fit a script at all.</exception>
    public static ImmutableArray<PlannedScript> Of(IReadOnlyList<CommandApdu> commands, ScriptPlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(commands);
        ArgumentNullException.ThrowIfNull(options);
        if (commands.Count == 0)
        {
            throw new ArgumentException("There is nothing to plan.", nameof(commands));
        }

        var draft = new Draft(options);
        for (int i = 0; i < commands.Count; i++)
        {
            if (!draft.TryAdd(commands[i]))
            {
                draft.Close(next: i, commands[i]);
                if (!draft.TryAdd(commands[i]))
                {
                    throw new ArgumentException(
                        $"Command {i + 1}, {commands[i].Name}, does not fit a script of {options.Capacity} octets.", nameof(commands));
                }
            }
        }

        draft.Close(next: commands.Count, follows: null);
        return draft.Finish();
    }

    /// <summary>The scripts so far, and the one that is being filled.</summary>
    private sealed class Draft(ScriptPlanOptions options)
    {
        private readonly bool _expanded = options.Format == ScriptFormat.Expanded;
        private readonly FileContext _context = new();
        private readonly List<(ImmutableArray<CommandApdu> Commands, int First, int Count, int Restored)> _closed = [];
        private readonly List<CommandApdu> _open = [];
        private int _first;
        private int _restored;
        private bool _full;

        private bool Chains => _expanded && options.Chain;

        public bool TryAdd(CommandApdu command)
        {
            ReadOnlySpan<CommandApdu> added = Fetches(command)
                ? [command, CompactScript.GetResponse with { Cla = FetchClass(command) }]
                : [command];
            if (_full || _open.Count + added.Length > Math.Min(options.MaxCommands, CompactScript.MaxCommands))
            {
                return false;
            }

            _open.AddRange(added);
            if (Size(_open) > options.Capacity)
            {
                _open.RemoveRange(_open.Count - added.Length, added.Length);
                return false;
            }

            // What a compact script reads comes back from its end only.
            _full = !_expanded && (added.Length > 1 || command is { Data.IsEmpty: true, Le: not null });
            _context.Note(command);
            return true;
        }

        public void Close(int next, CommandApdu? follows)
        {
            if (next > _first)
            {
                _closed.Add(([.. _open], _first, next - _first, _restored));
            }

            _open.Clear();
            if (!Chains)
            {
                _open.AddRange(_context.Before(follows));
            }

            _restored = _open.Count;
            _first = next;
            _full = false;
        }

        public ImmutableArray<PlannedScript> Finish()
        {
            var scripts = ImmutableArray.CreateBuilder<PlannedScript>(_closed.Count);
            foreach ((ImmutableArray<CommandApdu> commands, int first, int count, int restored) in _closed)
            {
                ScriptLink? link = Chains && _closed.Count > 1 ? LinkAt(scripts.Count) : null;
                Octets script = _expanded
                    ? ExpandedScript.Of([.. Before(link), .. commands.Select(ScriptElement.Command)]).ToOctets()
                    : CompactScript.Write(commands);
                scripts.Add(new(script, first, count, restored, link));
            }

            return scripts.ToImmutable();
        }

        private bool Fetches(CommandApdu command) =>
            !_expanded && options.FetchAnswers && command is { Data.IsEmpty: false, Le: not null };

        // The class of a 2G SIM stays; everything else takes GET RESPONSE of ISO/IEC 7816.
        private static byte FetchClass(CommandApdu command) => command.Cla == 0xA0 ? command.Cla : (byte)0;

        private ScriptLink LinkAt(int index) => index switch
        {
            0 => options.KeepOverReset ? ScriptLink.FirstKept : ScriptLink.First,
            _ when index == _closed.Count - 1 => ScriptLink.Last,
            _ => ScriptLink.Next,
        };

        private IEnumerable<ScriptElement> Before(ScriptLink? link)
        {
            if (link is { } place)
            {
                yield return ScriptElement.Chaining(place);
            }

            if (options.ProactiveSession)
            {
                yield return ScriptElement.ProactiveSession;
            }
        }

        // The room for chaining is kept even if in the end one script is enough.
        private int Size(List<CommandApdu> commands) => _expanded
            ? ExpandedScript.SizeOf([.. Before(Chains ? ScriptLink.Next : null), .. commands.Select(ScriptElement.Command)])
            : commands.Sum(CompactScript.Length);
    }
}
