namespace Tsm.Security.Channels;

/// <summary>Why no secure channel was opened.</summary>
/// <param name="Fault">The kind of reason.</param>
/// <param name="Message">The reason, and what to do, for people.</param>
public sealed record ChannelRefusal(ChannelFault Fault, string Message)
{
    /// <summary>Whether another attempt with the same keys may bring the card closer to blocking itself.</summary>
    /// <remarks>Cards count failed authentications: nothing repeats one by itself.</remarks>
    public bool EndangersCard => Fault is ChannelFault.WrongKeys or ChannelFault.Blocked;

    /// <summary>The message.</summary>
    public override string ToString() => Message;

    internal static ChannelRefusal WrongKeys { get; } = new(
        ChannelFault.WrongKeys,
        "The card's cryptogram does not fit: these are not the keys of this card. Do not try again with them, cards count such attempts and block.");
}

/// <summary>The kinds of reasons for which no secure channel is opened.</summary>
public enum ChannelFault
{
    /// <summary>The card, or the host to the card, has proven other keys.</summary>
    WrongKeys,

    /// <summary>The card has blocked the authentication, or does not allow it in its state.</summary>
    Blocked,

    /// <summary>The card has no keys of this version, or answers with those of another one.</summary>
    OtherKeyVersion,

    /// <summary>The card speaks another protocol, or another variant of it.</summary>
    OtherProtocol,

    /// <summary>The keys have an algorithm or a length that the protocol does not take.</summary>
    UnfitKeys,

    /// <summary>The card does not offer the security level.</summary>
    UnsupportedLevel,

    /// <summary>The card's answer is malformed, or an error that says nothing about keys.</summary>
    UnexpectedAnswer,
}
