using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Content;

/// <summary>INSTALL [for install] and [for make selectable] of applications and security domains (GPCS 2.3.1 §11.5).</summary>
public sealed partial class SecurityDomain
{
    private const uint ApplicationParametersTag = 0xC9;

    // UICC Configuration §4.3.2: what C9 of a security domain may hold, and the protocols there are.
    private static readonly uint[] DomainParameterTags = [0x81, 0x82, 0x83, 0x84, 0x86, 0x87];
    private static readonly byte[] Protocols = [0x02, 0x03, 0x80, 0x81];

    // Privileges that say nothing without the security domain bit.
    private const uint DomainBits = 0x61_0000;

    private ResponseApdu Install(ChainedCommand command)
    {
        if (!InstallCommand.TryParse(command, out InstallRequest request, out _))
        {
            // A variant this card does not have is a matter of P1, all else of the data.
            bool known = command.P2 == 0 && Enum.IsDefined((InstallPurpose)command.P1);
            return new(known ? StatusWord.IncorrectData : StatusWord.IncorrectParameters);
        }

        return request.Purpose switch
        {
            InstallPurpose.Load => OpenLoad(command, request),
            InstallPurpose.Install => InstallInstance(command, request, LifeCycle.Installed),
            InstallPurpose.InstallAndMakeSelectable => InstallInstance(command, request, LifeCycle.Selectable),
            InstallPurpose.MakeSelectable => MakeSelectable(command, request),
            InstallPurpose.Extradition => Extradite(command, request),
            InstallPurpose.Personalization => OpenPersonalisation(request.Instance!.Value),
            _ => new(StatusWord.FunctionNotSupported),
        };
    }

    private ResponseApdu InstallInstance(ChainedCommand command, InstallRequest request, LifeCycle state)
    {
        Aid aid = request.Instance!.Value;
        var draft = new Draft();
        StatusWord status = Authorise(command, request.Token);
        status = status == StatusWord.Success ? CheckInstance(command, request, draft) : status;
        if (status == StatusWord.Success && !Content.TryReserve(draft.Memory))
        {
            status = StatusWord.NotEnoughMemory;
        }

        var effect = new Effect(EffectKind.InstallForInstall, aid.ToString());
        if (status != StatusWord.Success)
        {
            return Judge(effect, new(status));
        }

        Content.Add(new Instance(
            aid, request.LoadFile!.Value, request.Module!.Value, state, draft.Privileges, draft.Memory, draft.SecurityDomain)
        {
            Tars = draft.Domain is null ? draft.Tars : [],
        });
        if (draft.Domain is { } parameters)
        {
            _environment.Add(new(_environment, aid, [], new(draft.Tars, parameters, draft.MinimumSecurity)));
        }

        if (state == LifeCycle.Selectable)
        {
            Account.Succeeded(effect with { Kind = EffectKind.MakeSelectable });
        }

        return Judge(effect, Confirm(r => r.InstallInput(request.LoadFile.Value, aid)));
    }

    private StatusWord CheckInstance(ChainedCommand command, InstallRequest request, Draft draft)
    {
        StatusWord status = request.LoadFile == Aid.SecurityDomainLoadFile
            ? CheckStock(request, draft)
            : CheckModule(request, draft);
        if (status != StatusWord.Success)
        {
            return status;
        }

        if (Content.IsTaken(request.Instance!.Value))
        {
            return Profile.DuplicateAidAnsweredAs;
        }

        // C9 is mandatory even when it is empty (table 11-49).
        if (!BerTlv.TryFind(request.Parameters.Span, ApplicationParametersTag, out _)
            || !InstallParameters.TryParse(request.Parameters.Span, out InstallParameters parameters, out _)
            || !TryGrant(command, request.Privileges, draft))
        {
            return StatusWord.IncorrectData;
        }

        if (draft.IsDomain && !TryReadDomain(parameters.Application, draft))
        {
            return StatusWord.IncorrectData;
        }

        // What makes a TAR wrong or a duplicate makes the parameters wrong (TS 102 226 §8.2.1.3.2).
        draft.Tars = TarsOf(parameters, request.Instance.Value, draft.IsDomain);
        draft.MinimumSecurity = MinimumOf(parameters);
        if (draft.Tars.Any(_environment.IsTaken) || draft.Tars.Distinct().Count() != draft.Tars.Length)
        {
            return StatusWord.IncorrectData;
        }

        long wanted = (long)(draft.IsDomain ? Profile.DomainMemory : Profile.InstanceMemory) + (parameters.NonVolatileQuota ?? 0);
        draft.Memory = (int)Math.Min(wanted, int.MaxValue);
        return StatusWord.Success;
    }

    // The stock security domain of the factory: its instances belong to the domain that makes them.
    private StatusWord CheckStock(InstallRequest request, Draft draft)
    {
        draft.IsDomain = true;
        draft.SecurityDomain = Aid;
        return request.Module == Aid.SecurityDomainModule ? StatusWord.Success : StatusWord.ReferencedDataNotFound;
    }

    // The load file and the applet in it are referred to, so they must be there; an instance belongs where they do.
    private StatusWord CheckModule(InstallRequest request, Draft draft)
    {
        if (Content.FindLoadFile(request.LoadFile!.Value) is not { } file
            || !file.Modules.Contains(request.Module!.Value))
        {
            return StatusWord.ReferencedDataNotFound;
        }

        draft.SecurityDomain = file.SecurityDomain;
        return Reaches(file.SecurityDomain) ? StatusWord.Success : StatusWord.ConditionsNotSatisfied;
    }

    // §6.6.2: only the stock domain is a domain, AM goes with none of the others, and tokens and receipts stay with the
    // issuer's domain. This card verifies no DAP blocks.
    private static bool TryGrant(ChainedCommand command, Privileges wanted, Draft draft)
    {
        if (wanted.IsSecurityDomain != draft.IsDomain
            || (!draft.IsDomain && (wanted.Value & DomainBits) != 0)
            || wanted.Has(Privileges.DapVerification)
            || (wanted.Has(Privileges.AuthorizedManagement) && wanted.Has(Privileges.DelegatedManagement))
            || wanted.Has(Privileges.TokenVerification) || wanted.Has(Privileges.ReceiptGeneration))
        {
            return false;
        }

        // One octet gives a domain Trusted Path too (tables 6-1 and 6-2).
        bool isShort = draft.IsDomain && PrivilegesLength(command.Data.Span) == 1;
        draft.Privileges = isShort ? wanted | Privileges.TrustedPath : wanted;
        return true;
    }

    //  L load file | L module | L instance | L privileges | ...
    private static int PrivilegesLength(ReadOnlySpan<byte> data)
    {
        var reader = new OctetReader(data);
        for (int i = 0; i < 3; i++)
        {
            reader.ReadSpan(reader.ReadByte());
        }

        return reader.ReadByte();
    }

    private static bool TryReadDomain(Octets source, Draft draft)
    {
        var reader = new BerTlvReader(source.Span);
        while (reader.TryRead(out uint tag, out _))
        {
            if (!DomainParameterTags.Contains(tag))
            {
                return false;
            }
        }

        if (!SecurityDomainParameters.TryParse(source.Span, out SecurityDomainParameters parameters, out _)
            || parameters.Protocols.Any(p => !Protocols.Contains(p.Number)))
        {
            return false;
        }

        draft.Domain = parameters;
        return true;
    }

    // A domain takes the TAR in its AID when it is given none (TS 101 220 §6); an applet without toolkit needs none.
    private static ImmutableArray<Tar> TarsOf(InstallParameters parameters, Aid aid, bool isDomain)
    {
        ImmutableArray<Tar> given = parameters.Toolkit?.Tars ?? parameters.SimToolkit?.Tars ?? [];
        bool named = isDomain || parameters.Toolkit is not null || parameters.SimToolkit is not null;
        return given.IsEmpty && named && Tar.TryFromAid(aid, out Tar own) ? [own] : given;
    }

    private static MinimumSecurityLevel? MinimumOf(InstallParameters parameters)
    {
        Octets level = parameters.Toolkit?.MinimumSecurity ?? parameters.SimToolkit?.MinimumSecurity ?? default;
        return level.IsEmpty ? null : new MinimumSecurityLevel(level);
    }

    private ResponseApdu MakeSelectable(ChainedCommand command, InstallRequest request)
    {
        Aid aid = request.Instance!.Value;
        var effect = new Effect(EffectKind.MakeSelectable, aid.ToString());
        StatusWord status = Authorise(command, request.Token);
        if (status != StatusWord.Success)
        {
            return Judge(effect, new(status));
        }

        if (Content.FindInstance(aid) is not { } instance)
        {
            return Judge(effect, new(StatusWord.ReferencedDataNotFound));
        }

        // Only INSTALLED becomes SELECTABLE (§5.3.1): not a locked application, and not one that is selectable already.
        bool mine = Reaches(instance.SecurityDomain);
        if (mine && instance.State == LifeCycle.Installed)
        {
            Content.Replace(instance, instance with { State = LifeCycle.Selectable });
            return Judge(effect, Confirm(r => r.InstallInput(instance.LoadFile, aid)));
        }

        return Judge(effect, mine && Profile.TakesCurrentStatus && instance.State.IsSelectable
            ? Confirm()
            : new(StatusWord.ConditionsNotSatisfied));
    }

    // What the checks of an installation find out on their way.
    private sealed class Draft
    {
        public bool IsDomain { get; set; }

        public SecurityDomainParameters? Domain { get; set; }

        public Aid SecurityDomain { get; set; }

        public Privileges Privileges { get; set; }

        public ImmutableArray<Tar> Tars { get; set; } = [];

        public MinimumSecurityLevel? MinimumSecurity { get; set; }

        public int Memory { get; set; }
    }
}
