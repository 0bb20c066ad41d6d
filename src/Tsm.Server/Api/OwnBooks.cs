using Tsm.Application.AuditTrail;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Server.Access;

namespace Tsm.Server.Api;

/// <summary>Documents as callers see them: what is another provider's is as if it were not there.</summary>
internal static class OwnBooks
{
    private const int MaxTries = 8;

    /// <summary>A document that the caller may see.</summary>
    public static async Task<BookEntry<T>?> FindOwnAsync<T>(this IBooks books, Caller caller, string id, CancellationToken cancellationToken)
        where T : class, IBook =>
        await books.FindAsync<T>(caller.Tenant, id, cancellationToken) is { } entry && caller.MaySee(entry.Document.Owner) ? entry : null;

    /// <summary>Whether the caller may see what belongs to this provider, or to the carrier (null).</summary>
    public static bool MaySee(this Caller caller, string? owner) => caller.Role switch
    {
        Role.Operator or Role.CustomerService => true,
        Role.Provider => owner is not null && string.Equals(owner, caller.Provider, StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>Changes a document whatever others change meanwhile; what the change leaves as it is is not written. Null when there is none.</summary>
    /// <exception cref="HostBusyException">Others change it all the time.</exception>
    public static async Task<T?> ChangeAsync<T>(
        this IBooks books, string tenant, string id, Func<T, T> change, Func<T, AuditEntry> audit, CancellationToken cancellationToken)
        where T : class, IBook
    {
        for (int i = 0; i < MaxTries; i++)
        {
            if (await books.FindAsync<T>(tenant, id, cancellationToken) is not { } entry)
            {
                return null;
            }

            T changed = change(entry.Document);
            if (ReferenceEquals(changed, entry.Document)
                || await books.SaveAsync(tenant, changed, entry.Version, audit(changed), cancellationToken))
            {
                return changed;
            }
        }

        throw new HostBusyException($"{T.Kind} {id} is changed all the time.");
    }
}
