using System.Collections.Immutable;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Application.Providers;
using Tsm.Application.Services;
using Tsm.Card.Encoding;

namespace Tsm.Application.Requests;

/// <summary>What a request needs when its jobs are made.</summary>
/// <param name="Request">The request, found eligible.</param>
/// <param name="Version">The version that is asked for.</param>
/// <param name="Old">For an upgrade: the version that is on the card.</param>
/// <param name="OldLibraries">For an upgrade: libraries that are not needed any more, importers first.</param>
/// <param name="Libraries">The libraries that the card model does not bring itself.</param>
/// <param name="Personalisation">The data groups, sealed for the card; empty for none.</param>
/// <param name="Parameters">Content of C9, sealed likewise.</param>
public sealed record RequestMaterial(
    ServiceRequest Request,
    Provider Provider,
    Contract? Contract,
    ServiceVersion Version,
    ServiceVersion? Old,
    ImmutableArray<CatalogueApplication> OldLibraries,
    ImmutableArray<CatalogueApplication> Libraries,
    Octets Personalisation,
    Octets Parameters);

/// <summary>The jobs of a request: the same whenever they are made, so that a crash in between does no harm.</summary>
public static class RequestJobs
{
    /// <summary>The jobs in the order in which the card does them.</summary>
    public static ImmutableArray<EnqueueJob> Make(RequestMaterial material)
    {
        ArgumentNullException.ThrowIfNull(material);
        ServiceRequest request = material.Request;
        ImmutableArray<EnqueueJob> jobs = request.Operation switch
        {
            ServiceOperation.Download or ServiceOperation.Deploy => [.. Libraries(material), Install(material)],
            ServiceOperation.Upgrade => [Terminate(material), .. OldLibraries(material), .. Libraries(material), Install(material)],
            ServiceOperation.Personalise => [Of(material, Operation.Personalise, material.Version, material.Personalisation)],
            ServiceOperation.Activate when request.Plan is { Personalises: true } =>
            [
                Of(material, Operation.Personalise, material.Version, material.Personalisation),
                Of(material, Operation.Activate, material.Version),
            ],
            ServiceOperation.Activate => [Of(material, Operation.Activate, material.Version)],
            ServiceOperation.Suspend => [Of(material, Operation.Suspend, material.Version)],
            ServiceOperation.Resume => [Of(material, Operation.Resume, material.Version)],
            ServiceOperation.Terminate => [Of(material, Operation.Terminate, material.Version)],
            ServiceOperation.RotateKeys => [Of(material, Operation.RotateKeys, material.Version)],
            _ => throw new InvalidOperationException($"Request {request.Id} has no operation."),
        };
        return [.. jobs.Select((job, at) => job with { JobId = RequestIds.Job(request.Id, at + 1) })];
    }

    /// <summary>The job that takes away what a download may have left: instance, load file and, when it is empty, the domain.</summary>
    public static EnqueueJob Clean(RequestMaterial material)
    {
        ArgumentNullException.ThrowIfNull(material);
        return Of(material, Operation.Terminate, material.Version) with { JobId = RequestIds.Cleaning(material.Request.Id) };
    }

    private static IEnumerable<EnqueueJob> Libraries(RequestMaterial material) => material.Libraries.Select(library => new EnqueueJob(
        "", Operation.Install, library.Id, Module: null, Instance: null, MakeSelectable: false, default, default, material.Request.Actor));

    private static IEnumerable<EnqueueJob> OldLibraries(RequestMaterial material) => material.OldLibraries.Select(library => new EnqueueJob(
        "", Operation.Terminate, library.Id, Module: null, Instance: null, MakeSelectable: false, default, default, material.Request.Actor, IfUnused: true));

    private static EnqueueJob Install(RequestMaterial material)
    {
        EnqueueJob job = Of(material, Operation.Install, material.Version, material.Personalisation);
        return job with
        {
            Module = material.Version.Module,
            MakeSelectable = material.Request.Plan?.Selectable ?? false,
            Privileges = material.Version.Privileges,
            Order = job.Order! with { Parameters = material.Parameters },
        };
    }

    // The domain stays: the new version goes into it.
    private static EnqueueJob Terminate(RequestMaterial material)
    {
        EnqueueJob job = Of(material, Operation.Terminate, material.Old ?? material.Version);
        return job with { Order = job.Order! with { Domain = job.Order.Domain! with { RemoveWhenEmpty = false } } };
    }

    private static EnqueueJob Of(RequestMaterial material, Operation operation, ServiceVersion version, Octets personalisation = default) => new(
        "",
        operation,
        version.Application,
        Module: null,
        version.Instance,
        MakeSelectable: false,
        default,
        default,
        material.Request.Actor,
        new()
        {
            Service = material.Request.Service!,
            Version = version.Version,
            Provider = material.Provider.Id,
            Contract = material.Contract?.Id,
            Request = material.Request.Id,
            By = Holder.Of(material.Request.Origin, material.Request.Requester),
            Domain = new(
                material.Provider.DomainAid,
                material.Provider.DomainTar,
                material.Contract?.Mode ?? ContractMode.Simple,
                material.Contract?.RemoveDomainWhenEmpty ?? true),
            Tar = version.Tar,
            Personalisation = personalisation,
        });
}
