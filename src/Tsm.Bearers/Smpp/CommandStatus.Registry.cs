using System.Diagnostics.CodeAnalysis;

namespace Tsm.Bearers.Smpp;

public readonly partial record struct CommandStatus
{
    /// <summary>ESME_ROK: done.</summary>
    public static readonly CommandStatus Ok = new(0x0000);

    /// <summary>ESME_RINVMSGLEN: the message is too long or too short.</summary>
    public static readonly CommandStatus InvalidMessageLength = new(0x0001);

    /// <summary>ESME_RINVCMDLEN: the length of the PDU is wrong.</summary>
    public static readonly CommandStatus InvalidCommandLength = new(0x0002);

    /// <summary>ESME_RINVCMDID: the operation is not known or not allowed.</summary>
    public static readonly CommandStatus InvalidCommandId = new(0x0003);

    /// <summary>ESME_RINVBNDSTS: the session is not bound for this operation.</summary>
    public static readonly CommandStatus InvalidBindStatus = new(0x0004);

    /// <summary>ESME_RALYBND: the account is bound already.</summary>
    public static readonly CommandStatus AlreadyBound = new(0x0005);

    /// <summary>ESME_RINVPRTFLG: the priority is not valid.</summary>
    public static readonly CommandStatus InvalidPriority = new(0x0006);

    /// <summary>ESME_RINVREGDLVFLG: registered_delivery is not valid.</summary>
    public static readonly CommandStatus InvalidRegisteredDelivery = new(0x0007);

    /// <summary>ESME_RSYSERR: the peer has an internal error.</summary>
    public static readonly CommandStatus SystemError = new(0x0008);

    /// <summary>ESME_RINVSRCADR: the source address is not valid.</summary>
    public static readonly CommandStatus InvalidSourceAddress = new(0x000A);

    /// <summary>ESME_RINVDSTADR: the destination address is not valid.</summary>
    public static readonly CommandStatus InvalidDestinationAddress = new(0x000B);

    /// <summary>ESME_RINVMSGID: the message id is not known.</summary>
    public static readonly CommandStatus InvalidMessageId = new(0x000C);

    /// <summary>ESME_RBINDFAIL: the bind was refused.</summary>
    public static readonly CommandStatus BindFailed = new(0x000D);

    /// <summary>ESME_RINVPASWD: the password is wrong.</summary>
    public static readonly CommandStatus InvalidPassword = new(0x000E);

    /// <summary>ESME_RINVSYSID: the system id is not known.</summary>
    public static readonly CommandStatus InvalidSystemId = new(0x000F);

    /// <summary>ESME_RCANCELFAIL: the message could not be cancelled.</summary>
    public static readonly CommandStatus CancelFailed = new(0x0011);

    /// <summary>ESME_RREPLACEFAIL: the message could not be replaced.</summary>
    public static readonly CommandStatus ReplaceFailed = new(0x0013);

    /// <summary>ESME_RMSGQFUL: the queue of messages is full.</summary>
    public static readonly CommandStatus MessageQueueFull = new(0x0014);

    /// <summary>ESME_RINVSERTYP: the service type is not valid.</summary>
    public static readonly CommandStatus InvalidServiceType = new(0x0015);

    /// <summary>ESME_RINVNUMDESTS: the number of destinations is not valid.</summary>
    public static readonly CommandStatus InvalidNumberOfDestinations = new(0x0033);

    /// <summary>ESME_RINVDLNAME: the distribution list is not known.</summary>
    public static readonly CommandStatus InvalidDistributionList = new(0x0034);

    /// <summary>ESME_RINVDESTFLAG: the destination flag is not valid.</summary>
    public static readonly CommandStatus InvalidDestinationFlag = new(0x0040);

    /// <summary>ESME_RINVSUBREP: replacing is not possible here.</summary>
    public static readonly CommandStatus InvalidSubmitWithReplace = new(0x0042);

    /// <summary>ESME_RINVESMCLASS: esm_class is refused: the account may not send user data headers.</summary>
    public static readonly CommandStatus InvalidEsmClass = new(0x0043);

    /// <summary>ESME_RCNTSUBDL: sending to the distribution list is not possible.</summary>
    public static readonly CommandStatus CannotSubmitToList = new(0x0044);

    /// <summary>ESME_RSUBMITFAIL: the submission failed.</summary>
    public static readonly CommandStatus SubmitFailed = new(0x0045);

    /// <summary>ESME_RINVSRCTON: the type of number of the source is not valid.</summary>
    public static readonly CommandStatus InvalidSourceTon = new(0x0048);

    /// <summary>ESME_RINVSRCNPI: the numbering plan of the source is not valid.</summary>
    public static readonly CommandStatus InvalidSourceNpi = new(0x0049);

    /// <summary>ESME_RINVDSTTON: the type of number of the destination is not valid.</summary>
    public static readonly CommandStatus InvalidDestinationTon = new(0x0050);

    /// <summary>ESME_RINVDSTNPI: the numbering plan of the destination is not valid.</summary>
    public static readonly CommandStatus InvalidDestinationNpi = new(0x0051);

    /// <summary>ESME_RINVSYSTYP: the system type is not valid.</summary>
    public static readonly CommandStatus InvalidSystemType = new(0x0053);

    /// <summary>ESME_RINVREPFLAG: replace_if_present_flag is not valid.</summary>
    public static readonly CommandStatus InvalidReplaceFlag = new(0x0054);

    /// <summary>ESME_RINVNUMMSGS: the number of messages is not valid.</summary>
    public static readonly CommandStatus InvalidNumberOfMessages = new(0x0055);

    /// <summary>ESME_RTHROTTLED: more was sent than the account allows.</summary>
    public static readonly CommandStatus Throttled = new(0x0058);

    /// <summary>ESME_RINVSCHED: the delivery time is not valid.</summary>
    public static readonly CommandStatus InvalidSchedule = new(0x0061);

    /// <summary>ESME_RINVEXPIRY: the validity period is not valid.</summary>
    public static readonly CommandStatus InvalidExpiry = new(0x0062);

    /// <summary>ESME_RINVDFTMSGID: the predefined message is not known.</summary>
    public static readonly CommandStatus InvalidDefaultMessageId = new(0x0063);

    /// <summary>ESME_RX_T_APPN: the receiver has a temporary problem.</summary>
    public static readonly CommandStatus ReceiverTemporaryError = new(0x0064);

    /// <summary>ESME_RX_P_APPN: the receiver has a permanent problem.</summary>
    public static readonly CommandStatus ReceiverPermanentError = new(0x0065);

    /// <summary>ESME_RX_R_APPN: the receiver rejects the message.</summary>
    public static readonly CommandStatus ReceiverReject = new(0x0066);

    /// <summary>ESME_RQUERYFAIL: the query failed.</summary>
    public static readonly CommandStatus QueryFailed = new(0x0067);

    /// <summary>ESME_RINVOPTPARSTREAM: the optional parameters are malformed.</summary>
    public static readonly CommandStatus InvalidOptionalPart = new(0x00C0);

    /// <summary>ESME_ROPTPARNOTALLWD: an optional parameter is not allowed.</summary>
    public static readonly CommandStatus OptionalParameterNotAllowed = new(0x00C1);

    /// <summary>ESME_RINVPARLEN: a parameter has the wrong length.</summary>
    public static readonly CommandStatus InvalidParameterLength = new(0x00C2);

    /// <summary>ESME_RMISSINGOPTPARAM: an expected optional parameter is missing.</summary>
    public static readonly CommandStatus MissingOptionalParameter = new(0x00C3);

    /// <summary>ESME_RINVOPTPARAMVAL: the value of an optional parameter is not valid.</summary>
    public static readonly CommandStatus InvalidOptionalValue = new(0x00C4);

    /// <summary>ESME_RDELIVERYFAILURE: the delivery failed.</summary>
    public static readonly CommandStatus DeliveryFailure = new(0x00FE);

    /// <summary>ESME_RUNKNOWNERR: the peer names no reason.</summary>
    public static readonly CommandStatus UnknownError = new(0x00FF);

    /// <summary>ESME_RSERTYPUNAUTH: the service type is not authorised.</summary>
    public static readonly CommandStatus ServiceTypeUnauthorised = new(0x0100);

    /// <summary>ESME_RPROHIBITED: the operation is prohibited for the account.</summary>
    public static readonly CommandStatus Prohibited = new(0x0101);

    /// <summary>ESME_RSERTYPUNAVAIL: the service type is not available.</summary>
    public static readonly CommandStatus ServiceTypeUnavailable = new(0x0102);

    /// <summary>ESME_RSERTYPDENIED: the service type is denied.</summary>
    public static readonly CommandStatus ServiceTypeDenied = new(0x0103);

    /// <summary>ESME_RINVDCS: data_coding is not valid.</summary>
    public static readonly CommandStatus InvalidDataCoding = new(0x0104);

    /// <summary>ESME_RINVSRCADDRSUBUNIT: the subunit of the source is not valid.</summary>
    public static readonly CommandStatus InvalidSourceSubunit = new(0x0105);

    /// <summary>ESME_RINVDSTADDRSUBUNIT: the subunit of the destination is not valid.</summary>
    public static readonly CommandStatus InvalidDestinationSubunit = new(0x0106);

    [SuppressMessage("Design", "MA0051:Method is too long", Justification = "A table with one row for each value.")]
    private static (string Name, string Meaning, StatusDisposition Disposition)? Known(uint value) => value switch
    {
        0x0000 => ("ESME_ROK", "done", StatusDisposition.Success),
        0x0001 => ("ESME_RINVMSGLEN", "the message is too long or too short", StatusDisposition.Permanent),
        0x0002 => ("ESME_RINVCMDLEN", "the length of the PDU is wrong", StatusDisposition.Permanent),
        0x0003 => ("ESME_RINVCMDID", "the operation is not known or not allowed", StatusDisposition.Permanent),
        0x0004 => ("ESME_RINVBNDSTS", "the session is not bound for this operation", StatusDisposition.Rebind),
        0x0005 => ("ESME_RALYBND", "the account is bound already", StatusDisposition.RetryLater),
        0x0006 => ("ESME_RINVPRTFLG", "the priority is not valid", StatusDisposition.Permanent),
        0x0007 => ("ESME_RINVREGDLVFLG", "registered_delivery is not valid", StatusDisposition.Permanent),
        0x0008 => ("ESME_RSYSERR", "the peer has an internal error", StatusDisposition.RetryLater),
        0x000A => ("ESME_RINVSRCADR", "the source address is not valid", StatusDisposition.Permanent),
        0x000B => ("ESME_RINVDSTADR", "the destination address is not valid", StatusDisposition.Permanent),
        0x000C => ("ESME_RINVMSGID", "the message id is not known", StatusDisposition.Permanent),
        0x000D => ("ESME_RBINDFAIL", "the bind was refused", StatusDisposition.RetryLater),
        0x000E => ("ESME_RINVPASWD", "the password is wrong", StatusDisposition.StopAndAlarm),
        0x000F => ("ESME_RINVSYSID", "the system id is not known", StatusDisposition.StopAndAlarm),
        0x0011 => ("ESME_RCANCELFAIL", "the message could not be cancelled", StatusDisposition.Permanent),
        0x0013 => ("ESME_RREPLACEFAIL", "the message could not be replaced", StatusDisposition.Permanent),
        0x0014 => ("ESME_RMSGQFUL", "the queue of messages is full", StatusDisposition.RetryLater),
        0x0015 => ("ESME_RINVSERTYP", "the service type is not valid", StatusDisposition.Permanent),
        0x0033 => ("ESME_RINVNUMDESTS", "the number of destinations is not valid", StatusDisposition.Permanent),
        0x0034 => ("ESME_RINVDLNAME", "the distribution list is not known", StatusDisposition.Permanent),
        0x0040 => ("ESME_RINVDESTFLAG", "the destination flag is not valid", StatusDisposition.Permanent),
        0x0042 => ("ESME_RINVSUBREP", "replacing is not possible here", StatusDisposition.Permanent),
        0x0043 => ("ESME_RINVESMCLASS",
            "esm_class is refused: the account may not send user data headers", StatusDisposition.Permanent),
        0x0044 => ("ESME_RCNTSUBDL", "sending to the distribution list is not possible", StatusDisposition.Permanent),
        0x0045 => ("ESME_RSUBMITFAIL", "the submission failed", StatusDisposition.RetryLimited),
        0x0048 => ("ESME_RINVSRCTON", "the type of number of the source is not valid", StatusDisposition.Permanent),
        0x0049 => ("ESME_RINVSRCNPI", "the numbering plan of the source is not valid", StatusDisposition.Permanent),
        0x0050 => ("ESME_RINVDSTTON",
            "the type of number of the destination is not valid", StatusDisposition.Permanent),
        0x0051 => ("ESME_RINVDSTNPI",
            "the numbering plan of the destination is not valid", StatusDisposition.Permanent),
        0x0053 => ("ESME_RINVSYSTYP", "the system type is not valid", StatusDisposition.Permanent),
        0x0054 => ("ESME_RINVREPFLAG", "replace_if_present_flag is not valid", StatusDisposition.Permanent),
        0x0055 => ("ESME_RINVNUMMSGS", "the number of messages is not valid", StatusDisposition.Permanent),
        0x0058 => ("ESME_RTHROTTLED", "more was sent than the account allows", StatusDisposition.RetryLater),
        0x0061 => ("ESME_RINVSCHED", "the delivery time is not valid", StatusDisposition.Permanent),
        0x0062 => ("ESME_RINVEXPIRY", "the validity period is not valid", StatusDisposition.Permanent),
        0x0063 => ("ESME_RINVDFTMSGID", "the predefined message is not known", StatusDisposition.Permanent),
        0x0064 => ("ESME_RX_T_APPN", "the receiver has a temporary problem", StatusDisposition.RetryLater),
        0x0065 => ("ESME_RX_P_APPN", "the receiver has a permanent problem", StatusDisposition.Permanent),
        0x0066 => ("ESME_RX_R_APPN", "the receiver rejects the message", StatusDisposition.Permanent),
        0x0067 => ("ESME_RQUERYFAIL", "the query failed", StatusDisposition.Permanent),
        0x00C0 => ("ESME_RINVOPTPARSTREAM", "the optional parameters are malformed", StatusDisposition.Permanent),
        0x00C1 => ("ESME_ROPTPARNOTALLWD", "an optional parameter is not allowed", StatusDisposition.Permanent),
        0x00C2 => ("ESME_RINVPARLEN", "a parameter has the wrong length", StatusDisposition.Permanent),
        0x00C3 => ("ESME_RMISSINGOPTPARAM", "an expected optional parameter is missing", StatusDisposition.Permanent),
        0x00C4 => ("ESME_RINVOPTPARAMVAL",
            "the value of an optional parameter is not valid", StatusDisposition.Permanent),
        0x00FE => ("ESME_RDELIVERYFAILURE", "the delivery failed", StatusDisposition.RetryLimited),
        0x00FF => ("ESME_RUNKNOWNERR", "the peer names no reason", StatusDisposition.RetryLimited),
        0x0100 => ("ESME_RSERTYPUNAUTH", "the service type is not authorised", StatusDisposition.Permanent),
        0x0101 => ("ESME_RPROHIBITED", "the operation is prohibited for the account", StatusDisposition.Permanent),
        0x0102 => ("ESME_RSERTYPUNAVAIL", "the service type is not available", StatusDisposition.Permanent),
        0x0103 => ("ESME_RSERTYPDENIED", "the service type is denied", StatusDisposition.Permanent),
        0x0104 => ("ESME_RINVDCS", "data_coding is not valid", StatusDisposition.Permanent),
        0x0105 => ("ESME_RINVSRCADDRSUBUNIT", "the subunit of the source is not valid", StatusDisposition.Permanent),
        0x0106 => ("ESME_RINVDSTADDRSUBUNIT",
            "the subunit of the destination is not valid", StatusDisposition.Permanent),
        _ => null,
    };
}
