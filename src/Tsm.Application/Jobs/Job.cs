namespace Tsm.Application.Jobs;

/// <summary>What is done to an application on a card, or to the books about it.</summary>
public enum Operation
{
    /// <summary>Download: INSTALL [for load], LOAD, INSTALL [for install]; a library is loaded only.</summary>
    Install,

    /// <summary>INSTALL [for make selectable].</summary>
    Activate,

    /// <summary>SET STATUS to LOCKED.</summary>
    Suspend,

    /// <summary>SET STATUS back to what it was before it was locked.</summary>
    Resume,

    /// <summary>DELETE of the instance and, when no instance needs it any more, of its load file.</summary>
    Terminate,

    /// <summary>GET STATUS of everything; the books are set to what the card says.</summary>
    Audit,

    /// <summary>INSTALL [for personalization] and STORE DATA.</summary>
    Personalise,

    /// <summary>PUT KEY of new keys to a provider's security domain, a proof of them, and DELETE of the old ones.</summary>
    RotateKeys,

    /// <summary>INSTALL [for extradition]: an application or load file becomes another security domain's.</summary>
    Extradite,
}

/// <summary>Where a job stands.</summary>
public enum JobStatus
{
    /// <summary>It waits for the jobs before it.</summary>
    Queued,

    /// <summary>It is being carried out.</summary>
    Running,

    /// <summary>It has succeeded; <see cref="Grade"/> says how well that is proven.</summary>
    Done,

    /// <summary>The card has said no.</summary>
    Refused,

    /// <summary>The road has said no, or a limit of ours was met.</summary>
    Failed,

    /// <summary>No answer came in time; what happened on the card is unknown.</summary>
    Expired,

    /// <summary>Somebody has called it off.</summary>
    Cancelled,
}

/// <summary>How much an answer proves.</summary>
public enum Grade
{
    /// <summary>Silence.</summary>
    Unknown,

    /// <summary>An unsigned PoR, a status by a phone, a receipt: a hint, never a reason to change the registry or keys.</summary>
    Indicated,

    /// <summary>A PoR with a valid cryptographic checksum, or a later audit.</summary>
    Proven,
}
