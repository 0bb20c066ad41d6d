using Tsm.Application.Applications;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Jobs as the API shows them.</summary>
internal sealed class JobView(IJobReads jobs, ICardReads cards, ICatalogueStore catalogue)
{
    private const int EvidencePage = 1000;

    /// <summary>The applications that these jobs are about.</summary>
    public Task<IReadOnlyList<CatalogueApplication>> ApplicationsAsync(
        string tenant, IEnumerable<JobRow> rows, CancellationToken cancellationToken) => catalogue.ApplicationsAsync(
            tenant, [.. rows.Select(r => r.Application).OfType<string>().Distinct(StringComparer.Ordinal)], cancellationToken);

    /// <summary>A job with its evidence, or null.</summary>
    public async Task<JobDetails?> FindAsync(string tenant, string id, CancellationToken cancellationToken)
    {
        if (await jobs.FindAsync(tenant, id, cancellationToken) is not JobRow row)
        {
            return null;
        }

        IReadOnlyList<CatalogueApplication> applications = await ApplicationsAsync(tenant, [row], cancellationToken);
        Page<StoredHistoryEntry> history = await cards.HistoryAsync(row.Card, id, before: null, EvidencePage, cancellationToken);
        IEnumerable<JobEvidence> evidence = history.Items
            .Reverse()
            .Select(stored => Evidence(stored.Entry, row.Operation))
            .OfType<JobEvidence>();
        return Shown(row, applications) with { Evidence = [.. evidence] };
    }

    /// <summary>A job without its evidence.</summary>
    public static JobDetails Shown(JobRow row, IReadOnlyList<CatalogueApplication> applications)
    {
        CatalogueApplication? application = applications.FirstOrDefault(a => string.Equals(a.Id, row.Application, StringComparison.Ordinal));
        return new(
            row.Id,
            row.Iccid,
            row.Operation,
            application is null ? null : new(application.Id, application.Name, application.PackageAid.ToString()),
            row.Instance,
            row.Status,
            row.Grade,
            row.Now,
            row.StepsDone,
            row.StepsTotal,
            row.SmsSent,
            row.SmsRepeated,
            row.SmsReceived,
            row.OctetsSent,
            row.Proofs,
            row.Problem is null ? null : ProblemSummary.From(row.Problem),
            row.CreatedAt,
            row.StartedAt,
            row.EndedAt,
            Evidence: null);
    }

    private static JobEvidence? Evidence(HistoryEntry entry, Operation operation)
    {
        string? kind = entry.Kind switch
        {
            "answer" => operation == Operation.Audit ? "audit" : "por",
            "receipt" => "receipt",
            "submitted" => "submit",
            _ => null,
        };
        return kind is null
            ? null
            : new(entry.At, kind, entry.Grade ?? Grade.Unknown, entry.Text, entry.Raw.IsEmpty ? null : entry.Raw.ToString());
    }
}
