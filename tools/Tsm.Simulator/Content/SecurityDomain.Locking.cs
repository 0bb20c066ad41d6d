using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Content;

/// <summary>SET STATUS (GPCS 2.3.1 §11.10, §5.3).</summary>
public sealed partial class SecurityDomain
{
    private ResponseApdu SetStatus(CommandApdu command)
    {
        if (!SetStatusCommand.TryParse(command, out SetStatusRequest request, out PacketError error))
        {
            return new(error.Fault == PacketFault.UnexpectedValue
                ? StatusWord.IncorrectParameters
                : StatusWord.IncorrectData);
        }

        return request.Scope switch
        {
            // Nobody locks or ends a simulated card.
            SetStatusScope.Card => new(StatusWord.FunctionNotSupported),
            SetStatusScope.Application => SetState(request, request.Aid!.Value),
            _ => SetStates(request, request.Aid!.Value),
        };
    }

    private ResponseApdu SetState(SetStatusRequest request, Aid aid)
    {
        if (aid == Aid && !IsIssuer && request.State == LifeCycle.Personalized)
        {
            return FinishPersonalisation();
        }

        var effect = new Effect(request.Locks ? EffectKind.Lock : EffectKind.Unlock, aid.ToString());
        if (Content.FindInstance(aid) is not { } instance)
        {
            return Judge(effect, new(StatusWord.ReferencedDataNotFound));
        }

        // An application is locked by its domain or one above it, and a domain by itself too; only the former unlock.
        if (!Reaches(instance.SecurityDomain) && !(aid == Aid && request.Locks))
        {
            return Judge(effect, new(StatusWord.ConditionsNotSatisfied));
        }

        // A transition to the current state is none (§11.10), and the final application cannot be locked.
        if (instance.State.IsLocked == request.Locks && Profile.TakesCurrentStatus)
        {
            return Judge(effect, new(StatusWord.Success));
        }

        if (instance.State.IsLocked == request.Locks
            || (request.Locks && instance.Privileges.Has(Privileges.FinalApplication)))
        {
            return Judge(effect, new(StatusWord.ConditionsNotSatisfied));
        }

        Set(instance, request.Locks);
        return Judge(effect, new(StatusWord.Success));
    }

    // A domain and all that is associated with it, directly or not; what has the state already is passed over (§11.10).
    private ResponseApdu SetStates(SetStatusRequest request, Aid aid)
    {
        if (_environment.FindDomain(aid) is not { } domain)
        {
            return new(StatusWord.ReferencedDataNotFound);
        }

        if (domain.IsIssuer || !Reaches(domain.Entry.SecurityDomain))
        {
            return new(StatusWord.ConditionsNotSatisfied);
        }

        Instance[] subtree = [.. Content.Instances.Where(i => i.Aid == aid || domain.Reaches(i.SecurityDomain))];
        foreach (Instance instance in subtree)
        {
            if (instance.State.IsLocked != request.Locks && !(request.Locks && instance.Privileges.Has(Privileges.FinalApplication)))
            {
                Set(instance, request.Locks);
                Account.Succeeded(new(request.Locks ? EffectKind.Lock : EffectKind.Unlock, instance.Aid.ToString()));
            }
        }

        return new(StatusWord.Success);
    }

    // b8 alone changes: unlocking leads back to the state before (§11.1.1).
    private void Set(Instance instance, bool locks) =>
        Content.Replace(instance, instance with { State = locks ? instance.State.Lock() : instance.State.Unlock() });

    // A domain that was told to wait says itself when it is PERSONALIZED; without keys it cannot be.
    private ResponseApdu FinishPersonalisation()
    {
        if (KeySets.IsEmpty || State != LifeCycle.Selectable)
        {
            return new(StatusWord.ConditionsNotSatisfied);
        }

        Personalise();
        return new(StatusWord.Success);
    }

    private void Personalise()
    {
        Instance entry = Entry;
        Content.Replace(entry, entry with { State = LifeCycle.Personalized });
    }
}
