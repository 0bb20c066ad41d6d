using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Tests.Storage;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Hosting;

/// <summary>The embedded host on PostgreSQL.</summary>
[Collection(PostgresCollection.Name), NeedsPostgres]
public sealed class PostgresGrainHostTests(PrivatePostgres postgres) : GrainHostContract
{
    private protected override StoreUnderTest OpenStore(ManualTimeProvider time) => new PostgresStoreUnderTest(postgres, time);

    private protected override IGrainHost Start(
        IGrainStore store, IMachine machine, ICatalogue catalogue, IKeyVault vault, ManualTimeProvider time) =>
        new EmbeddedGrainHost(
            store, [machine], catalogue, vault,
            Options.Create(new EmbeddedGrainHostOptions { RetryDelays = [TimeSpan.Zero, TimeSpan.Zero], MaxConflicts = 100 }),
            time, NullLogger<EmbeddedGrainHost>.Instance);
}
