using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.Scripts;

/// <summary>One object of an expanded script: a command, or what is to happen beside the commands.</summary>
/// <remarks>TS 102 226 §5.2.1, tags of TS 101 220 table 7.18.</remarks>
/// <param name="Tag">The tag, one octet; see the constants.</param>
/// <param name="Value">The value, as it is on the wire.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ScriptElement(byte Tag, Octets Value)
{
    /// <summary>The tag of a C-APDU.</summary>
    public const byte CommandTag = 0x22;

    /// <summary>The tag of an immediate action.</summary>
    public const byte ImmediateActionTag = 0x81;

    /// <summary>The tag of an error action.</summary>
    public const byte ErrorActionTag = 0x82;

    /// <summary>The tag of script chaining.</summary>
    public const byte ChainingTag = 0x83;

    /// <summary>The last record of EF_RMA that an action can name.</summary>
    public const byte LastRecord = 0x7F;

    /// <summary>A proactive session is indicated, so that nothing interrupts the script; usually the first object.</summary>
    /// <remarks>TS 102 226 §5.2.1.2.</remarks>
    public static ScriptElement ProactiveSession { get; } = new(ImmediateActionTag, Octets.Copy([0x81]));

    /// <summary>The response packet leaves before the rest of the script runs; what follows is not answered.</summary>
    /// <remarks>TS 102 226 §5.2.1.2.</remarks>
    public static ScriptElement EarlyResponse { get; } = new(ImmediateActionTag, Octets.Copy([0x82]));

    /// <summary>From here on a failure has no action.</summary>
    /// <remarks>TS 102 226 §5.2.1.3.</remarks>
    public static ScriptElement NoErrorAction { get; } = new(ErrorActionTag, Octets.Empty);

    /// <summary>The octets on the wire.</summary>
    public int Length => BerTlv.Size(Tag, Value.Length);

    /// <summary>The place in a chain of scripts; null if this is no script chaining, or its value is reserved.</summary>
    public ScriptLink? Link => Tag == ChainingTag && Value.Length == 1 && Enum.IsDefined((ScriptLink)Value[0])
        ? (ScriptLink)Value[0]
        : null;

    /// <summary>A command, with Le where it returns data: there is no GET RESPONSE in this format.</summary>
    public static ScriptElement Command(CommandApdu command) => new(CommandTag, command.ToOctets());

    /// <summary>The place in a chain of scripts; the first object of its script.</summary>
    public static ScriptElement Chaining(ScriptLink link) => new(ChainingTag, Octets.Copy([(byte)link]));

    /// <summary>The action in a record of EF_RMA, carried out at once.</summary>
    /// <param name="record">The record, 1 to 127.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another record number.</exception>
    public static ScriptElement ImmediateAction(int record) => new(ImmediateActionTag, Record(record));

    /// <summary>A proactive command carried out at once: REFRESH, DISPLAY TEXT or PLAY TONE.</summary>
    /// <param name="command">The COMPREHENSION-TLV objects without the template D0; more than one octet.</param>
    /// <exception cref="ArgumentException">There are fewer than two octets, which would mean something else.</exception>
    public static ScriptElement ImmediateAction(Octets command) => new(ImmediateActionTag, Proactive(command));

    /// <summary>The action in a record of EF_RMA, carried out when a later command fails.</summary>
    /// <inheritdoc cref="ImmediateAction(int)"/>
    public static ScriptElement ErrorAction(int record) => new(ErrorActionTag, Record(record));

    /// <summary>A proactive command carried out when a later command fails: DISPLAY TEXT or PLAY TONE.</summary>
    /// <inheritdoc cref="ImmediateAction(Octets)"/>
    public static ScriptElement ErrorAction(Octets command) => new(ErrorActionTag, Proactive(command));

    /// <summary>Reads the value as a command; false if the element is none.</summary>
    public bool TryGetCommand(out CommandApdu command)
    {
        command = default;
        return Tag == CommandTag && CommandApdu.TryParse(Value.Span, out command, out _);
    }

    private static Octets Record(int record)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(record, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(record, LastRecord);
        return Octets.Copy([(byte)record]);
    }

    private static Octets Proactive(Octets command) => command.Length > 1
        ? command
        : throw new ArgumentException("A proactive command has more than one octet.", nameof(command));
}

/// <summary>The place of a script in a chain that shares selected file, verified PINs and sessions.</summary>
/// <remarks>TS 102 226 §5.2.1.4. A chain belongs to one receiving application.</remarks>
public enum ScriptLink : byte
{
    /// <summary>The first; a reset of the card ends the chain.</summary>
    First = 0x01,

    /// <summary>Not the first, and not the last.</summary>
    Next = 0x02,

    /// <summary>The last.</summary>
    Last = 0x03,

    /// <summary>The first; the chain survives a reset of the card.</summary>
    FirstKept = 0x11,
}
