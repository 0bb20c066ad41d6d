namespace Tsm.Bearers.Sms;

/// <summary>TP-FCS, why a handset refused a message; what an SMSC may pass on as the error of a network.</summary>
/// <remarks>TS 23.040 §9.2.3.22.</remarks>
public static class FailureCause
{
    /// <summary>A few words for people.</summary>
    public static string Name(byte cause) => cause switch
    {
        0xB0 => "TPDU not supported",
        0xC0 => "service centre busy",
        0xC1 => "no subscription at the service centre",
        0xC2 => "failure of the service centre",
        0xC3 => "invalid address",
        0xC4 => "destination barred",
        0xC5 => "duplicate refused",
        0xC6 => "format of the validity period not supported",
        0xC7 => "validity period not supported",
        0xD0 => "storage of the SIM full",
        0xD1 => "no storage in the SIM",
        0xD2 => "error in the handset",
        0xD3 => "memory of the handset full",
        SmsDeliverReport.ToolkitBusy => "toolkit of the card busy",
        SmsDeliverReport.DataDownloadError => "error of the card in data download",
        >= 0x80 and <= 0x8F => "protocol identifier refused",
        >= 0x90 and <= 0x9F => "data coding refused",
        >= 0xA0 and <= 0xAF => "command refused",
        >= 0xE0 and <= 0xFE => "specific to the application",
        0xFF => "unspecified",
        _ => "reserved",
    };
}
