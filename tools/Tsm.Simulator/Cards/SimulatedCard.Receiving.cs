using Tsm.Card.Encoding;
using Tsm.Card.Identifiers;
using Tsm.Card.Scripts;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Simulator.Accounting;
using Tsm.Simulator.Content;

namespace Tsm.Simulator.Cards;

/// <summary>
/// The receiving entity of TS 102 225: the checks of a command packet in the order in which cards do them.
/// </summary>
public sealed partial class SimulatedCard
{
    private const int CounterOffset = 10;

    /// <summary>
    /// Takes a complete command packet, from CPL on, and returns 02 71 00 and the response packet, or null for silence.
    /// </summary>
    public Octets? Answer(Octets packet)
    {
        Account.Add(Tally.Packets);

        // 1  Lengths and SPI are as the standard has them. If not, SPI cannot be trusted to ask for an answer: silence.
        if (!PacketProtection.TryReadHeader(packet.Span, out ReceivedHeader header, out _))
        {
            Account.Add(Tally.BadHeader);
            return null;
        }

        CommandHeader early = header.With(ReadableCounter(header, packet.Span));

        // 2  A security domain has the TAR.
        if (Environment.FindByTar(header.Tar) is not { } domain)
        {
            return Refuse(Tally.UnknownTar, ResponseStatus.TarUnknown, early, null);
        }

        // 3  Each property of SPI1 is at least that of the minimum security level (TS 102 226 §6.1).
        if (!Reaches(header.Spi, domain))
        {
            return Refuse(Tally.LowSecurity, ResponseStatus.InsufficientSecurityLevel, early, null);
        }

        // 4  KIc and KID name one key set, and the domain has it; the parent's serve a domain without any.
        if (FindKeySet(header, domain) is not { } keySet)
        {
            return Refuse(Tally.BadHeader, ResponseStatus.UnidentifiedSecurityError, early, null);
        }

        // 5  The packet deciphers, and RC or CC holds.
        using KeySet keys = keySet.Open();
        CommandOpening opening = PacketProtection.OpenCommand(packet.Span, keys, keySet.CcLength);
        if (opening.Header is not { } opened)
        {
            return Refuse(TallyOf(opening.Status), opening.Status, early, null);
        }

        return Take(packet, opened, domain, new(keySet, keys), opening.Data);
    }

    // An authentic packet: its counter is judged, and its data are executed.
    private Octets? Take(Octets packet, CommandHeader opened, SecurityDomain domain, PacketKeys by, Octets script)
    {
        (CardKeySet keySet, KeySet keys) = by;
        bool counted = opened.Spi.Counter != CounterRule.None;
        if (counted)
        {
            Account.Authentic(keySet.Number, (int)opened.Tar.Value, keySet.Version, opened.Counter.Value, packet.Span);
        }

        // 6  The counter is as SPI1 demands.
        ResponseStatus counter = CheckCounter(opened, keySet.Counter);
        if (!counter.IsOk)
        {
            if (Profile.ReplayAnsweredAs == ReplayAnswer.Silent)
            {
                Account.Add(Tally.BadCounter);
                return null;
            }

            return Profile.ReplayAnsweredAs == ReplayAnswer.Unidentified
                ? Refuse(Tally.BadCounter, ResponseStatus.UnidentifiedSecurityError,
                    opened with { Counter = Counter.Zero }, null)
                : Refuse(Tally.BadCounter, counter, opened, keys);
        }

        // 7  The counter is stored before the application runs: it is used up whatever the application answers.
        if (opened.Spi.Counter >= CounterRule.Higher
            || (opened.Spi.Counter == CounterRule.Unchecked && Profile.UncheckedCounterIsStored))
        {
            keySet.Counter = opened.Counter;
        }

        // 8  The domain executes the data; the answer is protected by the keys of the question, whatever becomes of them.
        if (counted)
        {
            Account.Executing(keySet.Number, (int)opened.Tar.Value, keySet.Version, opened.Counter.Value, packet.Span);
        }

        Account.Add(Tally.Executed);
        Environment.BeginPacket();
        Octets data = FormatOf(opened.Tar, script) == ScriptFormat.Expanded
            ? ExpandedRunner.Run(script.Span, c => domain.Execute(c, by))
            : CompactRunner.Run(script.Span, c => domain.Execute(c, by), Profile.CountsGetResponse);
        return Respond(ResponseStatus.Ok, opened, keys, data);
    }

    // The TAR says it, unless the application behind it detects it (TS 102 226 §5.3). A domain below the issuer's takes
    // what the card is made for.
    private ScriptFormat FormatOf(Tar tar, Octets script) => tar == Profile.ExpandedTar ? ScriptFormat.Expanded
        : Profile.DetectsScriptFormat ? ScriptFormatDetection.OfCommand(script.Span)
        : tar != Profile.Tar && Profile.ExpandedTar is not null ? ScriptFormat.Expanded
        : ScriptFormat.Compact;

    // The level of the domain, or that of the profile where it has none; one of another kind is not understood.
    private bool Reaches(Spi spi, SecurityDomain domain)
    {
        if (domain.MinimumSecurity is { } level)
        {
            Span<byte> octets = stackalloc byte[Spi.Size];
            spi.Write(octets);
            return level.IsReachedBy(octets[0]) ?? false;
        }

        Spi minimum = Profile.MinimumSecurity;
        return spi.Integrity >= minimum.Integrity && spi.Counter >= minimum.Counter && (spi.Ciphered || !minimum.Ciphered);
    }

    private static ResponseStatus CheckCounter(CommandHeader header, Counter stored) => header.Spi.Counter switch
    {
        CounterRule.None or CounterRule.Unchecked => ResponseStatus.Ok,
        _ when stored == Counter.Max => ResponseStatus.CounterBlocked,
        _ when header.Counter <= stored => ResponseStatus.CounterLow,
        CounterRule.OneHigher when header.Counter.Value > stored.Value + 1 => ResponseStatus.CounterHigh,
        _ => ResponseStatus.Ok,
    };

    private static Tally TallyOf(ResponseStatus status) => status == ResponseStatus.IntegrityFailed ? Tally.BadCc
        : status == ResponseStatus.CipheringError ? Tally.BadCiphering : Tally.BadHeader;

    // A ciphered counter is not known before the packet is deciphered: cards answer with zeros.
    private static Counter ReadableCounter(ReceivedHeader header, ReadOnlySpan<byte> packet) =>
        !header.Spi.Ciphered && Counter.TryParse(packet.Slice(CounterOffset, Counter.Size), out Counter counter, out _)
            ? counter
            : Counter.Zero;

    // Both octets carry the version; one that is not used may be zero (TS 102 225 §5.1). Without either, no key is
    // named.
    private static CardKeySet? FindKeySet(ReceivedHeader header, SecurityDomain domain)
    {
        int ciphering = header.Spi.Ciphered || header.Spi.PorCiphered ? header.Kic.KeyVersion : 0;
        int signing = header.Spi.Integrity != Integrity.None || header.Spi.PorIntegrity != Integrity.None
            ? header.Kid.KeyVersion
            : 0;
        bool mixed = ciphering != 0 && signing != 0 && ciphering != signing;
        int version = Math.Max(ciphering, signing);
        return mixed ? null : domain.ServingKeySets.FirstOrDefault(k => k.Version == version);
    }

    private Octets? Refuse(Tally tally, ResponseStatus status, CommandHeader header, KeySet? keys)
    {
        Account.Add(tally);
        return Profile.ErrorPor == ErrorPor.Silent
            ? null
            : Respond(status, header, Profile.ErrorPor == ErrorPor.AsAsked ? keys : null, default);
    }

    private Octets? Respond(ResponseStatus status, CommandHeader header, KeySet? keys, Octets data)
    {
        if (header.Spi.Por == PorRule.None || (header.Spi.Por == PorRule.OnError && status.IsOk))
        {
            return null;
        }

        if (!header.Spi.PorInSubmit)
        {
            // It would be in the SMS-DELIVER-REPORT, whose user data most SMSCs drop (interoperability): so does this
            // one.
            Account.Add(Tally.ResponsesInReport);
            return null;
        }

        try
        {
            return PacketProtection.ProtectResponse(header, keys, status, data.Span, plain: keys is null,
                Profile.ResponsePadding);
        }
        catch (ArgumentException)
        {
            // SPI2 asks for a protection that KIc and KID do not code (RC beside a CC, TS 102 225 §5.2): plain, and
            // without data.
            return PacketProtection.ProtectResponse(header, null, ResponseStatus.UnidentifiedSecurityError, default,
                plain: true);
        }
    }
}
