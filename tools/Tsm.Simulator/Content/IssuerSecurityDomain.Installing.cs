using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Content;

/// <summary>
/// INSTALL [for install] and [for make selectable], SET STATUS and DELETE (GPCS 2.3.1 §11.5, §11.10, §11.2).
/// </summary>
public sealed partial class IssuerSecurityDomain
{
    private const uint ApplicationParametersTag = 0xC9;

    // Which load file the LOADs before this moment were for, so that a repeated last block is recognised.
    private string? _lastLoaded;

    private ResponseApdu Install(CommandApdu command)
    {
        if (!InstallCommand.TryParse(command, out InstallRequest request, out _))
        {
            // A variant this card does not have is a matter of P1, all else of the data.
            bool known = command.P2 == 0 && Enum.IsDefined((InstallPurpose)command.P1);
            return new(known ? StatusWord.IncorrectData : StatusWord.IncorrectParameters);
        }

        return request.Purpose switch
        {
            InstallPurpose.Load => OpenLoad(request),
            InstallPurpose.Install => InstallInstance(request, LifeCycle.Installed),
            InstallPurpose.InstallAndMakeSelectable => InstallInstance(request, LifeCycle.Selectable),
            InstallPurpose.MakeSelectable => MakeSelectable(request.Instance!.Value),
            _ => new(StatusWord.FunctionNotSupported),
        };
    }

    private ResponseApdu InstallInstance(InstallRequest request, LifeCycle state)
    {
        Aid aid = request.Instance!.Value;
        StatusWord status = CheckInstance(request, out int memory);
        if (status == StatusWord.Success && !content.TryReserve(memory))
        {
            status = StatusWord.NotEnoughMemory;
        }

        var effect = new Effect(EffectKind.InstallForInstall, aid.ToString());
        if (status != StatusWord.Success)
        {
            return Judge(effect, new(status));
        }

        content.Add(new Instance(aid, request.LoadFile!.Value, request.Module!.Value, state, request.Privileges,
            memory));
        if (state == LifeCycle.Selectable)
        {
            account.Succeeded(effect with { Kind = EffectKind.MakeSelectable });
        }

        return Judge(effect, Confirm());
    }

    private StatusWord CheckInstance(InstallRequest request, out int memory)
    {
        memory = profile.InstanceMemory;

        // The load file and the applet in it are referred to, so they must be there.
        if (content.FindLoadFile(request.LoadFile!.Value) is not { } file
            || !file.Modules.Contains(request.Module!.Value))
        {
            return StatusWord.ReferencedDataNotFound;
        }

        if (content.IsTaken(request.Instance!.Value))
        {
            return profile.DuplicateAidAnsweredAs;
        }

        // C9 is mandatory even when it is empty (table 11-49); a token is an error where none is verified.
        if (!request.Token.IsEmpty
            || !BerTlv.TryFind(request.Parameters.Span, ApplicationParametersTag, out _)
            || !InstallParameters.TryParse(request.Parameters.Span, out InstallParameters parameters, out _))
        {
            return StatusWord.IncorrectData;
        }

        long wanted = (long)memory + (parameters.NonVolatileQuota ?? 0);
        memory = (int)Math.Min(wanted, int.MaxValue);
        return StatusWord.Success;
    }

    private ResponseApdu MakeSelectable(Aid aid)
    {
        var effect = new Effect(EffectKind.MakeSelectable, aid.ToString());
        if (content.FindInstance(aid) is not { } instance)
        {
            return Judge(effect, new(StatusWord.ReferencedDataNotFound));
        }

        // Only INSTALLED becomes SELECTABLE (§5.3.1): not a locked application, and not one that is selectable already.
        if (instance.State == LifeCycle.Installed)
        {
            content.Replace(instance, instance with { State = LifeCycle.Selectable });
            return Judge(effect, Confirm());
        }

        return Judge(effect, profile.TakesCurrentStatus && instance.State.IsSelectable
            ? Confirm()
            : new(StatusWord.ConditionsNotSatisfied));
    }

    private ResponseApdu SetStatus(CommandApdu command)
    {
        if (!SetStatusCommand.TryParse(command, out SetStatusRequest request, out PacketError error))
        {
            return new(error.Fault == PacketFault.UnexpectedValue
                ? StatusWord.IncorrectParameters
                : StatusWord.IncorrectData);
        }

        // Nobody locks or ends a simulated card; and there is no domain below the issuer's.
        if (request.Scope != SetStatusScope.Application)
        {
            return new(StatusWord.FunctionNotSupported);
        }

        Aid aid = request.Aid!.Value;
        var effect = new Effect(request.Locks ? EffectKind.Lock : EffectKind.Unlock, aid.ToString());
        if (content.FindInstance(aid) is not { } instance)
        {
            return Judge(effect, new(StatusWord.ReferencedDataNotFound));
        }

        // A transition to the current state is none (§11.10), and the final application cannot be locked.
        if (instance.State.IsLocked == request.Locks && profile.TakesCurrentStatus)
        {
            return Judge(effect, new(StatusWord.Success));
        }

        if (instance.State.IsLocked == request.Locks
            || (request.Locks && instance.Privileges.Has(Privileges.FinalApplication)))
        {
            return Judge(effect, new(StatusWord.ConditionsNotSatisfied));
        }

        // b8 alone changes: unlocking leads back to the state before (§11.1.1).
        content.Replace(instance,
            instance with { State = request.Locks ? instance.State.Lock() : instance.State.Unlock() });
        return Judge(effect, new(StatusWord.Success));
    }

    private ResponseApdu Delete(CommandApdu command)
    {
        if (!DeleteCommand.TryParse(command, out DeleteRequest request, out _))
        {
            // Keys cannot be deleted here; cards say the same of a field that is malformed.
            return new((command.P1, command.P2 & 0x7F) is (0, 0)
                ? StatusWord.IncorrectData
                : StatusWord.IncorrectParameters);
        }

        var effect = new Effect(EffectKind.Delete, request.Aid.ToString());
        StatusWord status = Remove(request);
        if (status == StatusWord.Success)
        {
            account.Removed(effect.Aid);
        }

        return Judge(effect, status == StatusWord.Success ? Confirm() : new(status));
    }

    private StatusWord Remove(DeleteRequest request)
    {
        if (content.FindInstance(request.Aid) is { } instance)
        {
            content.Remove(instance);
            return StatusWord.Success;
        }

        if (content.FindLoadFile(request.Aid) is not { } file)
        {
            // The issuer's domain and the factory's packages are there, but stay; all else is unknown.
            return content.IsTaken(request.Aid) ? StatusWord.ConditionsNotSatisfied : StatusWord.ReferencedDataNotFound;
        }

        // A load file that is needed stays: by another load file always, by its instances unless they go with it.
        IReadOnlyList<Instance> instances = content.InstancesOf(file);
        if (content.IsImported(file) || (instances.Count > 0 && !request.Related))
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        foreach (Instance related in instances)
        {
            content.Remove(related);
            account.Removed(related.Aid.ToString());
        }

        content.Remove(file);
        return StatusWord.Success;
    }
}
