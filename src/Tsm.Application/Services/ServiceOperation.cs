namespace Tsm.Application.Services;

/// <summary>What can be asked for a service on a card.</summary>
public enum ServiceOperation
{
    /// <summary>Domain, load file, instance and personalisation; the instance is not selectable yet.</summary>
    Download,

    /// <summary>STORE DATA with what the application server has allocated.</summary>
    Personalise,

    /// <summary>INSTALL [for make selectable].</summary>
    Activate,

    /// <summary>SET STATUS to LOCKED.</summary>
    Suspend,

    /// <summary>SET STATUS back.</summary>
    Resume,

    /// <summary>DELETE of the instance, of its load file when unused, and of the domain when empty.</summary>
    Terminate,

    /// <summary>Download, personalise and activate in one.</summary>
    Deploy,

    /// <summary>Another version in place of the one on the card.</summary>
    Upgrade,

    /// <summary>New keys for the provider's security domain: put, proven, old ones retired.</summary>
    RotateKeys,
}
