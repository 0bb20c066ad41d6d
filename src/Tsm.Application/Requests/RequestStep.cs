using Tsm.Application.ApplicationServers;
using Tsm.Application.AuditTrail;
using Tsm.Application.Events;

namespace Tsm.Application.Requests;

/// <summary>What one step makes of a request, to be written before anything else is done.</summary>
/// <param name="Next">The request after it.</param>
/// <param name="GoesOn">Whether the next step can be taken at once.</param>
/// <param name="Raised">What others are told.</param>
/// <param name="Audit">What the audit trail keeps.</param>
/// <param name="Room">For a step that grants the request: the most instances under its contract; null for no limit.</param>
public sealed record RequestStep(ServiceRequest Next, bool GoesOn, ServiceEvent? Raised = null, AuditEntry? Audit = null, int? Room = null);

/// <summary>How long things are waited for.</summary>
public sealed class RequestOptions
{
    /// <summary>How often is looked whether something has become due. Default: 200 ms.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often is looked whether a job has ended without its request being told. Default: 1 minute.</summary>
    public TimeSpan WakeEvery { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a node keeps a request to itself; after its death others wait no longer. It is longer than any application server
    /// may take, so that no other node begins a step that is under way. Default: 90 s.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>The pause before a step that was put off is tried again; it doubles each time. Default: 1 s.</summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such pause. Default: 5 minutes.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The pause after the first audit that was not answered; it doubles each time. Default: 1 minute.</summary>
    public TimeSpan FirstAuditPause { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest pause between audits. Default: 6 hours.</summary>
    public TimeSpan LongestAuditPause { get; set; } = TimeSpan.FromHours(6);

    /// <summary>The most requests a node works at once, and apart from them the most application servers it tells something. Default: 32.</summary>
    public int AtOnce { get; set; } = 32;

    /// <summary>How many of these may wait for one application server: the others are for the others.</summary>
    public int AtOncePerServer => Math.Max(1, AtOnce / 4);

    /// <summary>Whether all times are usable.</summary>
    public bool IsRight => new[] { PollEvery, WakeEvery, FirstPause, LongestPause, FirstAuditPause, LongestAuditPause }.All(t => t >= TimeSpan.FromMilliseconds(10))
        && Lease > TimeSpan.FromSeconds(ApplicationServer.MaxTimeoutSeconds)
        && AtOnce is >= 1 and <= 1000;

    /// <summary>A pause that has doubled some times, up to a limit.</summary>
    public static TimeSpan Grown(TimeSpan first, int times, TimeSpan longest)
    {
        double factor = Math.Pow(2, Math.Clamp(times, 0, 30));
        return first.Ticks * factor >= longest.Ticks ? longest : first * factor;
    }
}
