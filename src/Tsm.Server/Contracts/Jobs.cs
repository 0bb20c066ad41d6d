using Tsm.Application.Jobs;

namespace Tsm.Server.Contracts;

/// <summary>Asks for something to be done on cards.</summary>
/// <param name="Operation">install, activate, suspend, resume, terminate or audit.</param>
/// <param name="Cards">ICCIDs or MSISDNs, 1 to 1000.</param>
/// <param name="Application">Id, package AID or name in the catalogue; not for an audit.</param>
/// <param name="Applet">For an installation: AID of the executable module, where the load file has several.</param>
/// <param name="Instance">AID of the instance; the module's own when absent.</param>
/// <param name="Activate">For an installation: make the instance selectable at once.</param>
/// <param name="Privileges">For an installation: one or three octets, hexadecimal.</param>
/// <param name="Parameters">For an installation: content of C9, hexadecimal.</param>
public sealed record JobRequest(
    Operation? Operation,
    IReadOnlyList<string>? Cards,
    string? Application,
    string? Applet,
    string? Instance,
    bool? Activate,
    string? Privileges,
    string? Parameters);

/// <summary>What became of a request for jobs.</summary>
/// <param name="Jobs">The jobs that were taken.</param>
/// <param name="Refused">The cards that refused, and why.</param>
public sealed record JobsAccepted(IReadOnlyList<JobDetails> Jobs, IReadOnlyList<JobRefusal> Refused);

/// <summary>A card that did not take a job.</summary>
/// <param name="Card">The card as it was named in the request.</param>
/// <param name="Problem">Why.</param>
public sealed record JobRefusal(string Card, ProblemSummary Problem);

/// <summary>A job.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Card">The ICCID of its card.</param>
/// <param name="Operation">What is done.</param>
/// <param name="Application">The application it is about.</param>
/// <param name="Instance">AID of the instance.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Grade">How well its outcome is proven.</param>
/// <param name="Now">What is happening, one sentence.</param>
/// <param name="StepsDone">Steps that are done.</param>
/// <param name="StepsTotal">Steps in all.</param>
/// <param name="SmsSent">Short messages handed to the SMSC, repetitions included.</param>
/// <param name="SmsRepeated">How many of them were repetitions.</param>
/// <param name="SmsReceived">Short messages that came back.</param>
/// <param name="OctetsSent">Octets of the packets sent.</param>
/// <param name="Proofs">Answers with a valid cryptographic checksum.</param>
/// <param name="Problem">Why it did not succeed.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Evidence">What its outcome rests on, the oldest first; only when a single job is asked for.</param>
public sealed record JobDetails(
    string Id,
    string Card,
    Operation Operation,
    JobApplication? Application,
    string? Instance,
    JobStatus Status,
    Grade? Grade,
    string Now,
    int StepsDone,
    int StepsTotal,
    int SmsSent,
    int SmsRepeated,
    int SmsReceived,
    int OctetsSent,
    int Proofs,
    ProblemSummary? Problem,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<JobEvidence>? Evidence);

/// <summary>The application of a job.</summary>
/// <param name="Id">Its id in the catalogue.</param>
/// <param name="Name">Its name.</param>
/// <param name="PackageAid">AID of its executable load file.</param>
public sealed record JobApplication(string Id, string Name, string PackageAid);

/// <summary>One piece of evidence.</summary>
/// <param name="At">When it came.</param>
/// <param name="Kind">por, audit, receipt or submit.</param>
/// <param name="Grade">How much it proves.</param>
/// <param name="Text">What it says.</param>
/// <param name="Raw">Its octets, hexadecimal.</param>
public sealed record JobEvidence(DateTimeOffset At, string Kind, Grade Grade, string Text, string? Raw);

/// <summary>Moves an application, or a load file, into a provider's security domain.</summary>
/// <param name="Application">Id, package AID or name in the catalogue.</param>
/// <param name="Instance">AID of the instance; without it the only instance, or the load file where there is none.</param>
public sealed record ExtraditionRequest(string Application, string? Instance);
