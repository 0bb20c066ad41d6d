using System.Collections.Immutable;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.SimFiles;

namespace Tsm.Card.BlankCards;

/// <summary>The commands that write a blank card, in an order that leaves no card half able to authenticate.</summary>
/// <remarks>
/// First the code is asked for its attempts and presented once; then the ICCID, the keys, the IMSI with what follows from it, the
/// files of services, and the codes last. Every step writes the same whatever is on the card, so the list may be run again from
/// its start. It is for a reader: applications are selected by AID, which remote file management does not allow.
/// </remarks>
public static class BlankCardScript
{
    private static readonly ImmutableArray<string> FilesOfVariableSize =
        ["EF.MSISDN", "EF.SMSP", "EF.HPLMNwAcT", "EF.OPLMNwAcT", "EF.PLMNwAcT", "EF.EHPLMN"];

    /// <summary>The steps for one card.</summary>
    /// <param name="row">What is written.</param>
    /// <param name="model">How this model of cards is written.</param>
    /// <exception cref="ArgumentException">The model has no place for the keys or codes of the row.</exception>
    public static ImmutableArray<CardStep> For(SubscriptionRow row, BlankCardModel model)
    {
        ArgumentNullException.ThrowIfNull(row);
        ArgumentNullException.ThrowIfNull(model);
        var steps = new StepList(model);
        steps.Open(row.Adm1);
        WriteIccid(steps, row, model);
        WriteKeys(steps, row, model);
        WriteSubscription(steps, row);
        WriteServices(steps, row);
        steps.Compare();
        WriteCodes(steps, row, model);
        return steps.Finish();
    }

    /// <summary>The steps that ask for the sizes of the files a row needs; feed the FCPs to the model.</summary>
    /// <returns>Each file, and the commands whose last one returns its FCP.</returns>
    public static ImmutableArray<(FilePath File, ImmutableArray<CommandApdu> Commands)> AskSizes() =>
    [
        .. FilesOfVariableSize
            .Select(name => CardFiles.Get(name))
            .Select(file => file.BelowMf is { } path && file.Kind == FileKind.LinearFixed ? path : file.InAdf!.Value)
            .Select(path => (path, StepList.Select(path, withFcp: true))),
    ];

    private static void WriteIccid(StepList steps, SubscriptionRow row, BlankCardModel model)
    {
        if (row.Iccid is not { } iccid)
        {
            return;
        }

        FilePath file = CardFiles.Get("EF.ICCID").BelowMf!.Value;
        if (model.WritesIccid)
        {
            steps.Update(file, iccid.ToEf(), "the ICCID");
        }
        else
        {
            steps.CompareNow(file, iccid.ToEf(), "the ICCID, whether this is the card of the row");
        }
    }

    private static void WriteKeys(StepList steps, SubscriptionRow row, BlankCardModel model)
    {
        if (!row.Ki.IsSet)
        {
            return;
        }

        if (model.KeyFiles.IsEmpty)
        {
            throw new ArgumentException($"It is not known where {model.Name} keeps its keys.", nameof(model));
        }

        foreach (KeyFile file in model.KeyFiles)
        {
            string place = file.Home switch
            {
                KeyFileHome.Usim => "of the USIM",
                KeyFileHome.Isim => "of the ISIM",
                _ => "of the SIM",
            };
            steps.Enter(file);
            if (file.Algorithm is { } algorithm)
            {
                steps.Write(0, Octets.Copy([algorithm]), $"the algorithm {place}", isSecret: false);
            }

            steps.Write(file.KiOffset, row.Ki.ToOctets(), $"Ki {place}", isSecret: true);
            if (row.Opc.IsSet)
            {
                steps.Write(file.OpcOffset, row.Opc.ToOctets(), $"OPc {place}", isSecret: true);
            }
        }
    }

    private static void WriteSubscription(StepList steps, SubscriptionRow row)
    {
        steps.Update("EF.IMSI", row.Imsi.ToEf(), "the IMSI");
        steps.Update("EF.ACC", Wire(row.AccessClasses ?? AccessControlClasses.For(row.Imsi)), "the access class");
        steps.Update("EF.AD", Wire(AdministrativeData.Normal(row.MncLength)), "the length of the MNC");

        // Where another subscription was last registered means nothing to this one.
        steps.Update("EF.LOCI", Wire(LocationInformation.Blank), "the location", comparable: false);
    }

    private static void WriteServices(StepList steps, SubscriptionRow row)
    {
        if (row.ProviderName is { } name)
        {
            steps.Update("EF.SPN", Wire(name), "the name of the provider");
        }

        steps.UpdateList("EF.HPLMNwAcT", row.HomeNetworks, "the home networks");
        steps.UpdateList("EF.OPLMNwAcT", row.OperatorNetworks, "the networks of the operator");
        steps.UpdateList("EF.PLMNwAcT", row.UserNetworks, "the networks of the user");
        steps.UpdateList("EF.EHPLMN", row.EquivalentNetworks, "the equivalent networks");
        if (row.ServiceCentre is { } centre)
        {
            var values = new SmsParameterValues { ServiceCentre = centre };
            steps.UpdateRecord("EF.SMSP", length => SmsParameters.Of(values, length).ToOctets(), "the service centre");
        }

        if (row.Msisdn is { } msisdn)
        {
            var number = new DialledNumber(DialledNumber.International, msisdn.Digits);
            steps.UpdateRecord("EF.MSISDN", length => NumberRecord.Of("", number, length).ToOctets(), "the number");
        }
    }

    private static void WriteCodes(StepList steps, SubscriptionRow row, BlankCardModel model)
    {
        WriteCode(model.Pin1File, row.Pin1, row.Puk1, row.Pin1Enabled, "PIN 1");
        WriteCode(model.Pin2File, row.Pin2, row.Puk2, enabled: true, "PIN 2");

        void WriteCode(FilePath? file, Pin pin, Pin puk, bool enabled, string name)
        {
            if (!pin.IsSet)
            {
                return;
            }

            if (file is not { } path)
            {
                throw new ArgumentException($"It is not known where {model.Name} keeps {name}.", nameof(model));
            }

            steps.Enter(new KeyFile(KeyFileHome.MasterFile, path));
            steps.Write(0, CodeFile.Encode(pin, puk, enabled), name, isSecret: true);
        }
    }

    private static Octets Wire<TPacket>(TPacket packet) where TPacket : struct, IPacket<TPacket>
    {
        byte[] wire = new byte[packet.Length];
        packet.Write(wire);
        return Octets.Own(wire);
    }
}
