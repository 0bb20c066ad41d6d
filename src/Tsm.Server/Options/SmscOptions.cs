namespace Tsm.Server.Options;

/// <summary>One SMSC account: how it is reached, and how long its cards may take to answer.</summary>
public sealed class SmscOptions
{
    /// <summary>The name that operators give it, unique in the server.</summary>
    public string Name { get; set; } = "";

    /// <summary>Host name or address.</summary>
    public string Host { get; set; } = "";

    /// <summary>TCP port, 1 to 65535. Default: 2775.</summary>
    public int Port { get; set; } = 2775;

    /// <summary>system_id, up to 15 characters.</summary>
    public string SystemId { get; set; } = "";

    /// <summary>Password, up to 8 characters (SMPP 3.4 §5.2.2).</summary>
    public string Password { get; set; } = "";

    /// <summary>The address that cards answer to: digits, because a card cannot send to letters.</summary>
    public string Source { get; set; } = "";

    /// <summary>How many short messages may be without an answer, 1 to 1000. Default: 10.</summary>
    public int Window { get; set; } = 10;

    /// <summary>
    /// The most short messages a second, 1 to 10000, over all nodes of one database together; null for no limit. The node that
    /// started last says it for all.
    /// </summary>
    public int? Rate { get; set; }

    /// <summary>How long a card may take to answer after the SMSC has taken its packet. Default: 5 minutes.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a proven answer is waited for after one that proves nothing. Default: 30 seconds, never beyond the answer time.</summary>
    public TimeSpan IndicatedGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the same octets are sent before silence is taken for an answer, 1 to 100. Default: 30.</summary>
    public int MaxSends { get; set; } = 30;

    /// <summary>Which receipts the SMSC is asked for. Default: of failures, because a card's proof says more than "delivered".</summary>
    public Receipts Receipts { get; set; }
}

/// <summary>Receipts of an SMSC, by the values of registered_delivery (SMPP 3.4 §5.2.17).</summary>
public enum Receipts
{
    /// <summary>Of what could not be delivered: the same octets then leave again sooner.</summary>
    Failures,

    /// <summary>Of every short message, for accounts that know no other, or to see in a job's evidence what was delivered.</summary>
    All,

    /// <summary>None.</summary>
    None,
}
