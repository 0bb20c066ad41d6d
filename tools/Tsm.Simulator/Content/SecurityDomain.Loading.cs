using System.Security.Cryptography;
using Tsm.Card.Apdu;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Simulator.Accounting;

namespace Tsm.Simulator.Content;

/// <summary>INSTALL [for load] and LOAD (GPCS 2.3.1 §11.5, §11.6, §9.3.5).</summary>
public sealed partial class SecurityDomain
{
    private const uint SystemTag = 0xEF;
    private const uint CodeQuotaTag = 0xC6;

    /// <summary>The load under way, or null.</summary>
    private LoadSession? Load
    {
        get => _environment.Load;
        set => _environment.Load = value;
    }

    private ResponseApdu OpenLoad(ChainedCommand command, InstallRequest request)
    {
        // A new load replaces the one under way; the account sees whether that was the same command again.
        LoadSession? previous = Load;
        _environment.DiscardLoad();
        Aid owner = request.SecurityDomain ?? Aid;
        var effect = new Effect(EffectKind.InstallForLoad, request.LoadFile!.Value.ToString());
        StatusWord refusal = CheckLoad(command, request, owner);
        if (previous is not null && (refusal != StatusWord.Success || previous.LoadFile != request.LoadFile))
        {
            Account.LoadAborted(previous.LoadFile.ToString());
        }

        if (refusal != StatusWord.Success)
        {
            return Judge(effect, new(refusal));
        }

        Load = new(request.LoadFile.Value, request.Hash, owner, Aid);
        return Judge(effect, Confirm());
    }

    private StatusWord CheckLoad(ChainedCommand command, InstallRequest request, Aid owner)
    {
        StatusWord status = Authorise(command, request.Token);
        if (status != StatusWord.Success)
        {
            return status;
        }

        // The AID of a load file must be new in the registry; cards differ in how they say so.
        if (Content.IsTaken(request.LoadFile!.Value))
        {
            return Profile.DuplicateAidAnsweredAs;
        }

        // A domain that does not exist cannot own anything, and one that is not PERSONALIZED does not yet (§5.3.2).
        if (_environment.FindDomain(owner) is not { } domain)
        {
            return StatusWord.ReferencedDataNotFound;
        }

        if (!domain.OwnsContent || !Reaches(owner))
        {
            return StatusWord.ConditionsNotSatisfied;
        }

        // SHA-1 is not supported, and beside a token the hash is mandatory (§11.5.2.3.1).
        if (request.Hash.Length is not (0 or 32 or 48 or 64) || (request.Hash.IsEmpty && !request.Token.IsEmpty))
        {
            return StatusWord.IncorrectData;
        }

        // C6 asks for code memory in advance.
        return CodeQuota(request.Parameters.Span) > Content.Free ? StatusWord.NotEnoughMemory : StatusWord.Success;
    }

    private ResponseApdu LoadBlock(CommandApdu command)
    {
        if (Load is not { } load || load.Executor != Aid)
        {
            // No INSTALL [for load] before, to this domain, or the card has forgotten it: reset, foreign command,
            // failed block.
            Account.Failed(new(EffectKind.Load, _environment.LastLoaded ?? "", command.P2));
            return new(StatusWord.ConditionsNotSatisfied);
        }

        var effect = new Effect(EffectKind.Load, load.LoadFile.ToString(), command.P2);
        StatusWord status = Append(command, out bool last);
        if (status != StatusWord.Success)
        {
            // Any error ends the load and frees its memory: it starts again with INSTALL [for load] (§11.6).
            Judge(effect, new(status));
            _environment.AbortLoad();
            return new(status);
        }

        if (!last)
        {
            return Judge(effect, Confirm());
        }

        _environment.LastLoaded = effect.Aid;
        Load = null;
        return Judge(effect, Confirm(r => r.LoadInput(load.LoadFile, load.Owner)));
    }

    private StatusWord Append(CommandApdu command, out bool last)
    {
        last = false;
        LoadSession load = Load!;
        if (!LoadCommand.TryParse(command, out LoadRequest request, out PacketError error))
        {
            return error.Fault == PacketFault.Truncated ? StatusWord.WrongLength : StatusWord.IncorrectParameters;
        }

        // Blocks come in their order, without gaps; after FF there is none.
        if (request.Number != load.NextBlock)
        {
            return StatusWord.IncorrectParameters;
        }

        if (!load.TryAppend(request.Block.Span) || load.IsTooLong)
        {
            return StatusWord.IncorrectData;
        }

        // The length in the header is known from the first block on: memory is reserved once, for all of it.
        if (load.Reserved == 0 && load.DataLength is { } length)
        {
            if (!Content.TryReserve(length))
            {
                return StatusWord.NotEnoughMemory;
            }

            load.Reserved = length;
        }

        last = request.Last;
        return last ? Link(load) : StatusWord.Success;
    }

    private StatusWord Link(LoadSession load)
    {
        // The last block, and octets are missing.
        if (!load.IsComplete)
        {
            return StatusWord.IncorrectData;
        }

        // Components that make no sense: cards have no better word for it.
        if (!LoadFileContent.TryParse(load.ToArray(), out LoadFileContent file, out _))
        {
            return StatusWord.NoDiagnosis;
        }

        // The package must be the one that was announced, and its octets as well.
        bool hashed = load.Hash.IsEmpty
            || CryptographicOperations.FixedTimeEquals(Digest(file.DataBlock.Span, load.Hash.Length), load.Hash.Span);
        if (file.PackageAid != load.LoadFile || !hashed)
        {
            return StatusWord.IncorrectData;
        }

        // Each import must be on the card: same major version, at least this minor version (JCVM §4.5.2).
        if (!file.Imports.All(i => Content.Resolves(i.Aid, i.Version)))
        {
            return StatusWord.ImportMissing;
        }

        Content.Add(new LoadFile(file.PackageAid, file.Version, file.Applets, [.. file.Imports.Select(i => i.Aid)],
            load.Reserved, load.Owner));
        return StatusWord.Success;
    }

    private static byte[] Digest(ReadOnlySpan<byte> data, int length) => length switch
    {
        32 => SHA256.HashData(data),
        48 => SHA384.HashData(data),
        _ => SHA512.HashData(data),
    };

    private static long CodeQuota(ReadOnlySpan<byte> parameters)
    {
        if (!BerTlv.TryFind(parameters, SystemTag, out ReadOnlySpan<byte> system)
            || !BerTlv.TryFind(system, CodeQuotaTag, out ReadOnlySpan<byte> quota) || quota.Length > 4)
        {
            return 0;
        }

        long octets = 0;
        foreach (byte octet in quota)
        {
            octets = octets << 8 | octet;
        }

        return octets;
    }
}
