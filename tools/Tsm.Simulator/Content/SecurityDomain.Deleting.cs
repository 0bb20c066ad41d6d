using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Content;

/// <summary>DELETE of content and INSTALL [for extradition] (GPCS 2.3.1 §11.2, §9.5, §9.4.1).</summary>
public sealed partial class SecurityDomain
{
    private ResponseApdu Delete(ChainedCommand command, PacketKeys? by)
    {
        if (command.IsShort && DeleteCommand.TryParseKeys(command.ToApdu(), out DeleteKeysRequest keys, out _))
        {
            return DeleteKeys(keys, by);
        }

        if (!DeleteCommand.TryParse(command, out DeleteRequest request, out _))
        {
            return new((command.P1, command.P2 & 0x7F) is (0, 0)
                ? StatusWord.IncorrectData
                : StatusWord.IncorrectParameters);
        }

        var effect = new Effect(EffectKind.Delete, request.Aid.ToString());
        StatusWord status = Authorise(command, request.Token);
        status = status == StatusWord.Success ? Remove(request) : status;
        if (status != StatusWord.Success)
        {
            return Judge(effect, new(status));
        }

        Account.Removed(effect.Aid);
        return Judge(effect, Confirm(r => r.DeleteInput(request.Aid)));
    }

    private StatusWord Remove(DeleteRequest request)
    {
        if (Content.FindInstance(request.Aid) is { } instance)
        {
            return Remove(instance);
        }

        if (Content.FindLoadFile(request.Aid) is not { } file)
        {
            // The issuer's domain and the factory's packages are there, but stay; all else is unknown.
            return Content.IsTaken(request.Aid) ? StatusWord.ConditionsNotSatisfied : StatusWord.ReferencedDataNotFound;
        }

        // A load file that is needed stays: by another load file always, by its instances unless they go with it. The
        // right to delete is needed for each of them.
        IReadOnlyList<Instance> instances = Content.InstancesOf(file);
        if (!Reaches(file.SecurityDomain) || Content.IsImported(file)
            || (instances.Count > 0 && !request.Related) || instances.Any(i => !Reaches(i.SecurityDomain)))
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        foreach (Instance related in instances)
        {
            Content.Remove(related);
            Account.Removed(related.Aid.ToString());
        }

        Content.Remove(file);
        return StatusWord.Success;
    }

    private StatusWord Remove(Instance instance)
    {
        if (!Reaches(instance.SecurityDomain))
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        if (_environment.FindDomain(instance.Aid) is { } domain)
        {
            // A domain goes when it is empty, and if it was told to accept the deletion from whoever asks for it.
            if (Content.HasContent(domain.Aid) || !IsAccepted(domain.Parameters?.AcceptsDeletion))
            {
                return StatusWord.ConditionsNotSatisfied;
            }

            _environment.Remove(domain);
        }

        Content.Remove(instance);
        return StatusWord.Success;
    }

    // UICC Configuration §4.3.2: 80 an ancestor with AM, 40 any domain of the hierarchy with AM, 20 the issuer's, 10 any
    // with AM, 08 one with DM below one with AM. Nothing said leaves it to the card, and this one accepts.
    private bool IsAccepted(DomainAcceptance? acceptance)
    {
        if (acceptance is not { } accepts)
        {
            return true;
        }

        int mine = IsIssuer ? 0xF0 : Privileges.Has(Privileges.AuthorizedManagement) ? 0xD0 : 0x08;
        return (accepts.Value & mine) != 0;
    }

    private ResponseApdu Extradite(ChainedCommand command, InstallRequest request)
    {
        Aid aid = request.Instance!.Value;
        Aid to = request.SecurityDomain!.Value;
        var effect = new Effect(EffectKind.Extradition, aid.ToString(), Detail: to.ToString());
        StatusWord status = Authorise(command, request.Token);
        if (status != StatusWord.Success)
        {
            return Judge(effect, new(status));
        }

        Instance? instance = Content.FindInstance(aid);
        LoadFile? file = Content.FindLoadFile(aid);
        if ((instance?.SecurityDomain ?? file?.SecurityDomain) is not { } from)
        {
            return Judge(effect, new(StatusWord.ReferencedDataNotFound));
        }

        status = CheckExtradition(aid, from, to);
        if (status != StatusWord.Success)
        {
            return Judge(effect, new(status));
        }

        if (instance is not null)
        {
            Content.Replace(instance, instance with { SecurityDomain = to });
        }
        else
        {
            Content.Replace(file!, file! with { SecurityDomain = to });
        }

        return Judge(effect, Confirm(r => r.ExtraditionInput(from, aid, to)));
    }

    private StatusWord CheckExtradition(
        Aid aid, Aid from, Aid to)
    {
        if (_environment.FindDomain(to) is not { } destination)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        // Nobody is given to himself or below himself, and nothing to where it is already.
        for (SecurityDomain? above = destination; above is not null; above = above.Parent)
        {
            if (above.Aid == aid)
            {
                return StatusWord.ConditionsNotSatisfied;
            }
        }

        // A domain that is not PERSONALIZED owns nothing (§5.3.2); both domains may have been told to refuse.
        SecurityDomain current = _environment.FindDomain(from)!;
        bool fits = from != to && Reaches(from) && destination.OwnsContent
            && IsAccepted(First(destination.Parameters?.AcceptsExtradition))
            && IsAccepted(First(current.Parameters?.ReleasesContent));
        return fits ? StatusWord.Success : StatusWord.ConditionsNotSatisfied;
    }

    private bool OwnsContent => IsIssuer || State == LifeCycle.Personalized;

    private static DomainAcceptance? First(Octets? acceptance) =>
        acceptance is { IsEmpty: false } octets ? new DomainAcceptance(octets[0]) : null;
}
