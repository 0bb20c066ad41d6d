using Tsm.Application.Delivery;
using Tsm.Application.Hosting;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Says in plain words what is not as it should be.</summary>
internal sealed class HealthProblems(StoreHealth store, Roads roads, RoadWatch watch, TimeProvider time)
{
    /// <summary>How long a jump of the clock is told.</summary>
    private static readonly TimeSpan JumpIsNews = TimeSpan.FromDays(1);

    /// <summary>All problems of this node.</summary>
    /// <param name="isReadable">Whether the database has just been read.</param>
    /// <param name="smscs">How its connections are.</param>
    /// <param name="trail">How the audit trail is; null when nobody can tell.</param>
    public IReadOnlyList<HealthProblem> List(bool isReadable, IReadOnlyList<SmscHealth> smscs, AuditTrailHealth? trail) =>
        [.. Storage(isReadable), .. smscs.Where(s => s.State is not "bound").Select(Smsc), .. Clock(), .. Trail(trail)];

    private IEnumerable<HealthProblem> Storage(bool isReadable)
    {
        StoreHealth.Down? down = store.Trouble;
        if (down is not null || !isReadable)
        {
            yield return new(
                "storage",
                "STORAGE_UNAVAILABLE",
                $"{down?.Reason ?? "The database does not answer."} Requests are refused and nothing is sent; what SMSCs deliver they keep and deliver again.",
                down?.Since,
                "Bring the database back, or make room on its disk. Nothing has to be done here: all goes on by itself, and deadlines are put off by as much.");
        }
    }

    private HealthProblem Smsc(SmscHealth smsc)
    {
        RoadLife? life = roads.All.FirstOrDefault(r => string.Equals(r.Name, smsc.Name, StringComparison.Ordinal))?.Life;
        bool others = life?.AliveUntil is { } alive && !life.IsDown(time.GetUtcNow()) && time.GetUtcNow() - alive < RoadLife.Tolerance;
        return new(
            "bearer",
            "SMSC_NOT_BOUND",
            others
                ? $"This node is not bound to SMSC {smsc.Name} ({smsc.Host}:{smsc.Port}, {smsc.State}); it was bound, or another node is."
                : $"Nobody is bound to SMSC {smsc.Name} ({smsc.Host}:{smsc.Port}, {smsc.State}): its packets wait, and the time does not count as silence of cards.",
            life?.AliveUntil,
            "Look whether the SMSC is reachable and the account is in order; the log says what it answered. The connection is tried again and again.");
    }

    private IEnumerable<HealthProblem> Clock()
    {
        if (watch.ClockJump is var (at, by) && time.GetUtcNow() - at < JumpIsNews)
        {
            yield return new(
                "server",
                "CLOCK_JUMPED",
                by > TimeSpan.Zero
                    ? $"The clock of this machine jumped ahead by {by:d\\.hh\\:mm\\:ss}; deadlines were put off by as much."
                    : $"The clock of this machine jumped back by {by:d\\.hh\\:mm\\:ss}; deadlines that were set before come that much later.",
                at,
                "Check the time service of the machine.");
        }
    }

    private static IEnumerable<HealthProblem> Trail(AuditTrailHealth? trail)
    {
        if (trail?.Status is "broken")
        {
            yield return new(
                "storage",
                "AUDIT_TRAIL_BROKEN",
                $"The audit trail cannot be trusted from position {trail.BrokenAt} on: somebody changed it behind the server's back. Jobs go on.",
                trail.VerifiedAt,
                "Run tsm audit-trail verify for what was found, and compare with an export or a head that you kept.");
        }
        else if (trail?.Status is "unsealed")
        {
            yield return new(
                "storage",
                "AUDIT_TRAIL_UNSEALED",
                $"{trail.Unsealed} entries of the audit trail wait to be sealed for minutes, and are not protected meanwhile. Jobs go on.",
                Since: null,
                "Look in the log why the recurring work does not run; it is tried again every few seconds.");
        }
    }
}
