using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.Keys;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Cards;

namespace Tsm.Simulator.Content;

/// <summary>
/// A security domain, the issuer's or one below it: executes the commands of remote application management.
/// </summary>
/// <remarks>
/// GPCS 2.3.1 §11, TS 102 226 §8. Each refusal carries the status word of a real card, and the reason stands beside it.
/// The domain answers as if its secure channel were open: SCP80 around it has done the checks.
/// </remarks>
public sealed partial class SecurityDomain
{
    private const byte Class = 0x80;
    private const byte MoreParts = 0x80;

    // All that an issuer's domain may do: SD, card lock, terminate and reset, CVM; trusted path, AM, token
    // verification, global delete, lock, registry and service; receipt generation.
    private static readonly Privileges IssuerPrivileges = new(0x9E_FD80);

    private readonly CardEnvironment _environment;
    private readonly DomainSettings? _settings;

    internal SecurityDomain(
        CardEnvironment environment, Aid aid, ImmutableArray<CardKeySet> keySets, DomainSettings? settings = null)
    {
        _environment = environment;
        _settings = settings;
        Aid = aid;
        KeySets = keySets;
        foreach (CardKeySet keySet in keySets)
        {
            keySet.Number = environment.NumberKeySet();
        }
    }

    /// <summary>The AID.</summary>
    public Aid Aid { get; }

    /// <summary>The TARs it was given; those of the issuer's domain are a matter of the profile.</summary>
    public ImmutableArray<Tar> Tars => _settings?.Tars ?? [];

    /// <summary>What it was told when it was installed; null for the issuer's.</summary>
    public SecurityDomainParameters? Parameters => _settings?.Parameters;

    /// <summary>How well packets to it must be protected, where it was told; null for what the profile says.</summary>
    public MinimumSecurityLevel? MinimumSecurity => _settings?.MinimumSecurity;

    /// <summary>Its own key sets of SCP80.</summary>
    public ImmutableArray<CardKeySet> KeySets { get; private set; }

    /// <summary>The key sets that protect packets to it: its own or, while it has none, those of its parent.</summary>
    public ImmutableArray<CardKeySet> ServingKeySets => KeySets.IsEmpty && Parent is { } parent ? parent.ServingKeySets : KeySets;

    /// <summary>The life cycle state; of the issuer's domain that of the card.</summary>
    public LifeCycle State => IsIssuer ? LifeCycle.Secured : Entry.State;

    /// <summary>What it may do.</summary>
    public Privileges Privileges => IsIssuer ? IssuerPrivileges : Entry.Privileges;

    /// <summary>The domain it is associated with; null for the issuer's.</summary>
    public SecurityDomain? Parent => IsIssuer ? null : _environment.FindDomain(Entry.SecurityDomain);

    private bool IsIssuer => Aid == Content.IssuerSecurityDomain;

    private CardContent Content => _environment.Content;

    private CardProfile Profile => _environment.Profile;

    private CardAccount Account => _environment.Account;

    private Instance Entry => Content.FindInstance(Aid)!;

    /// <summary>Executes one command; data and status are those of a reader, before any script format.</summary>
    /// <param name="command">The command.</param>
    /// <param name="by">What protected the packet it came in; null for a reader without a secure channel.</param>
    public ResponseApdu Execute(CommandApdu command, PacketKeys? by = null)
    {
        Account.Add(Tally.Commands);
        Intervene(command);
        ResponseApdu response = TryAssemble(command, out ChainedCommand whole, out StatusWord status)
            ? Execute(command, whole, by)
            : new(status);
        if (response.Status.IsError)
        {
            Account.Add(Tally.CommandsFailed);
        }

        return response;
    }

    private ResponseApdu Execute(CommandApdu command, ChainedCommand whole, PacketKeys? by)
    {
        // A locked domain rejects all that is addressed to it (§5.3.2.4).
        if (State.IsLocked)
        {
            return new(StatusWord.ConditionsNotSatisfied);
        }

        return command.Cla != Class ? new(StatusWord.UnknownClass) : command.Ins switch
        {
            Instruction.Install => Install(whole),
            Instruction.Load => LoadBlock(command),
            Instruction.Delete => Delete(whole, by),
            Instruction.SetStatus => SetStatus(command),
            Instruction.GetStatus => GetStatus(command),
            Instruction.GetData => GetData(command),
            Instruction.PutKey => PutKey(whole, by),
            Instruction.StoreData => StoreData(command, by),
            _ => new(StatusWord.UnknownInstruction),
        };
    }

    // Parts are put together (§11.1.5.1); a chain lives in one packet, and whatever is no part of it breaks it.
    private bool TryAssemble(CommandApdu command, out ChainedCommand whole, out StatusWord status)
    {
        bool isPart = ChainedCommand.CanBeCut(command.Ins) && (command.P1 & MoreParts) != 0;
        if (_environment.Chain is null && !isPart)
        {
            whole = command;
            status = StatusWord.Success;
            return true;
        }

        bool complete = (_environment.Chain ??= new()).TryTake(command, out whole, out status);
        if (complete || !status.IsSuccess)
        {
            _environment.Chain = null;
        }

        return complete;
    }

    // What a command does to what was under way before it, whatever becomes of the command itself.
    private void Intervene(CommandApdu command)
    {
        bool opensLoad = command is { Ins: Instruction.Install, P1: (byte)InstallPurpose.Load or ((byte)InstallPurpose.Load | MoreParts) };
        if (command.Ins != Instruction.Load && !opensLoad && !Profile.LoadSurvivesForeignCommand)
        {
            _environment.AbortLoad();
        }

        if (command.Ins != Instruction.GetStatus && !Profile.StatusPositionSurvives)
        {
            _environment.Position = null;
        }

        // A habit of this card: another command ends a personalisation, so that no sender relies on the opposite.
        if (command.Ins != Instruction.StoreData)
        {
            _environment.Store = null;
        }
    }

    // Whether what is associated with the domain is this domain's business: its own, that of a domain below it, or all
    // where it reaches over the whole card.
    private bool Reaches(Aid owner)
    {
        if (IsIssuer)
        {
            return true;
        }

        for (SecurityDomain? domain = _environment.FindDomain(owner); domain is not null; domain = domain.Parent)
        {
            if (domain == this)
            {
                return true;
            }
        }

        return false;
    }

    // 9000 with the octet 00, "no receipt" (GPCS 2.3.1 §11.5.3.1), or without it.
    private ResponseApdu Confirm() =>
        Profile.Confirms ? new(Octets.Copy([0x00]), StatusWord.Success) : new(StatusWord.Success);

    private ResponseApdu Judge(Effect effect, ResponseApdu response)
    {
        if (response.Status.IsSuccess)
        {
            Account.Succeeded(effect);
        }
        else
        {
            Account.Failed(effect);
        }

        return response;
    }
}

/// <summary>What protected the packet in which a command came.</summary>
/// <param name="Set">The key set on the card.</param>
/// <param name="Keys">Its keys, open.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PacketKeys(CardKeySet Set, KeySet Keys);

/// <summary>What a domain was told when it was installed; the issuer's was told nothing.</summary>
/// <param name="Tars">Its TARs.</param>
/// <param name="Parameters">Its parameters in C9.</param>
/// <param name="MinimumSecurity">How well packets to it must be protected; null for what the profile says.</param>
internal sealed record DomainSettings(
    ImmutableArray<Tar> Tars, SecurityDomainParameters Parameters, MinimumSecurityLevel? MinimumSecurity);
