using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Content;

/// <summary>The issuer security domain: executes the commands of remote application management.</summary>
/// <remarks>
/// GPCS 2.3.1 §11, TS 102 226 §8. Each refusal carries the status word of a real card, and the reason stands beside it.
/// The domain answers as if its secure channel were open: SCP80 around it has done the checks.
/// </remarks>
public sealed partial class IssuerSecurityDomain(CardContent content, CardProfile profile, CardAccount account,
    Func<Octets> keyInformation)
{
    private const byte Class = 0x80;

    /// <summary>What is on the card.</summary>
    public CardContent Content => content;

    /// <summary>The load under way, or null.</summary>
    public LoadSession? Load => _load;

    /// <summary>Executes one command; data and status are those of a reader, before any script format.</summary>
    public ResponseApdu Execute(CommandApdu command)
    {
        account.Add(Tally.Commands);
        Intervene(command);
        ResponseApdu response = command.Cla != Class ? new(StatusWord.UnknownClass) : command.Ins switch
        {
            Instruction.Install => Install(command),
            Instruction.Load => LoadBlock(command),
            Instruction.Delete => Delete(command),
            Instruction.SetStatus => SetStatus(command),
            Instruction.GetStatus => GetStatus(command),
            Instruction.GetData => GetData(command),
            _ => new(StatusWord.UnknownInstruction),
        };
        if (response.Status.IsError)
        {
            account.Add(Tally.CommandsFailed);
        }

        return response;
    }

    /// <summary>The card lost its power: what was in working memory is gone.</summary>
    public void Reset()
    {
        _position = null;
        if (!profile.LoadSurvivesReset)
        {
            AbortLoad();
        }
    }

    // What a command does to what was under way before it, whatever becomes of the command itself.
    private void Intervene(CommandApdu command)
    {
        bool opensLoad = command is { Ins: Instruction.Install, P1: (byte)Tsm.Card.GlobalPlatform.InstallPurpose.Load };
        if (command.Ins != Instruction.Load && !opensLoad && !profile.LoadSurvivesForeignCommand)
        {
            AbortLoad();
        }

        if (command.Ins != Instruction.GetStatus && !profile.StatusPositionSurvives)
        {
            _position = null;
        }
    }

    // 9000 with the octet 00, "no receipt" (GPCS 2.3.1 §11.5.3.1), or without it.
    private ResponseApdu Confirm() =>
        profile.Confirms ? new(Octets.Copy([0x00]), StatusWord.Success) : new(StatusWord.Success);

    private ResponseApdu Judge(Effect effect, ResponseApdu response)
    {
        if (response.Status.IsSuccess)
        {
            account.Succeeded(effect);
        }
        else
        {
            account.Failed(effect);
        }

        return response;
    }
}
