using Tsm.Card.Apdu;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Security.Channels;

/// <summary>A card's side of a secure channel, for simulated cards.</summary>
/// <remarks>
/// Begins with the answer to INITIALIZE UPDATE. After a failure all commands are refused with 6982 until a new one. Members
/// are for one thread at a time.
/// </remarks>
public abstract class CardChannel : IDisposable
{
    private CardState _state = CardState.Initialized;

    private protected CardChannel()
    {
    }

    /// <summary>The answer to INITIALIZE UPDATE.</summary>
    public ResponseApdu Initialization { get; private protected init; }

    /// <summary>What is protected, and how, once the host has authenticated itself.</summary>
    public SecurityLevel Level { get; private set; }

    /// <summary>Whether the host has authenticated itself and nothing has failed since.</summary>
    public bool IsOpen => _state == CardState.Open;

    /// <summary>Judges EXTERNAL AUTHENTICATE: 9000, 6300 for other keys, 6982 for a C-MAC that does not hold, 6985 out of turn.</summary>
    public StatusWord Authenticate(CommandApdu command)
    {
        if (_state != CardState.Initialized)
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        _state = CardState.Failed;
        var level = (SecurityLevel)command.P1;
        if (command.Ins != Instruction.ExternalAuthenticate || !ChannelClass.IsSecured(command.Cla) || command.P2 != 0 || !Offers(level))
        {
            return StatusWord.IncorrectParameters;
        }

        StatusWord status = Judge(command, level);
        if (status == StatusWord.Success)
        {
            _state = CardState.Open;
            Level = level;
        }

        return status;
    }

    /// <summary>Opens a command.</summary>
    /// <param name="received">The command, put together from its parts.</param>
    /// <param name="command">The command in the clear.</param>
    /// <param name="status">What is answered instead when it does not hold; the channel is then over.</param>
    public bool TryUnwrap(ChainedCommand received, out ChainedCommand command, out StatusWord status)
    {
        command = default;
        status = StatusWord.SecurityNotSatisfied;
        if (!IsOpen)
        {
            return false;
        }

        bool secured = ChannelClass.IsSecured(received.Cla);
        if (!Level.SignsCommands ? !secured && TryOpenPlain(received, out command) : secured && TryOpen(received, out command))
        {
            status = StatusWord.Success;
            return true;
        }

        _state = CardState.Failed;
        return false;
    }

    /// <summary>Protects the answer to the command unwrapped last.</summary>
    public ResponseApdu Wrap(ResponseApdu response) => IsOpen && Level.SignsResponses ? Protect(response) : response;

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Overwrites the session keys.</summary>
    protected virtual void Dispose(bool disposing) => _state = CardState.Failed;

    private protected abstract bool Offers(SecurityLevel level);

    private protected abstract StatusWord Judge(CommandApdu externalAuthenticate, SecurityLevel level);

    private protected abstract bool TryOpen(ChainedCommand received, out ChainedCommand command);

    private protected virtual bool TryOpenPlain(ChainedCommand received, out ChainedCommand command)
    {
        command = received;
        return true;
    }

    private protected abstract ResponseApdu Protect(ResponseApdu response);

    private enum CardState
    {
        Initialized,
        Open,
        Failed,
    }
}
