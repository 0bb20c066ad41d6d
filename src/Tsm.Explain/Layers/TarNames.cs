using Tsm.Card.Identifiers;

namespace Tsm.Explain.Layers;

/// <summary>Names of well-known TARs (TS 101 220 annex D); operators may use others.</summary>
internal static class TarNames
{
    public static string? Of(Tar tar) => tar.ToString() switch
    {
        "000000" => "issuer security domain, remote application management",
        "B20100" => "issuer security domain, remote application management, expanded format",
        "B00000" => "remote management of the shared files of the UICC",
        "B00120" => "remote management of the shared files of the UICC, expanded format",
        "B20000" => "USAT interpreter",
        "B20203" => "LwM2M application of the UICC",
        ['B', '0', '0', '0', '0', ..] => "remote management of the files of an application (ADF)",
        ['B', '0', '0', '0', '1', ..] => "remote management of SIM files; on some cards of USIM files",
        ['B', '0', '0', '1', '3', ..] => "remote management of SIM files, expanded format",
        ['B', '0', '0', '1', '4', ..] => "remote management of the files of an application, expanded format",
        ['B', 'F', 'F', 'F', ..] => "proprietary toolkit application",
        _ => null,
    };
}
