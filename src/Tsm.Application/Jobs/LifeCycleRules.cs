using System.Collections.Immutable;
using Tsm.Application.Cards;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;

namespace Tsm.Application.Jobs;

/// <summary>What a job does next, seen from what is on the card.</summary>
public abstract record Decision
{
    /// <summary>Something is to be done.</summary>
    public sealed record Proceed(Stage Stage) : Decision;

    /// <summary>The card is as the job wants it.</summary>
    public sealed record Reached(string Sentence) : Decision;

    /// <summary>The life cycle does not allow it.</summary>
    public sealed record Illegal(Problem Problem) : Decision;
}

/// <summary>The life cycle of an application on a card: which operation is legal in which state, and what carries it out.</summary>
public static class LifeCycleRules
{
    /// <summary>Decides from a view of the contents: the confirmed ones when a job runs, the wanted ones when it is asked for.</summary>
    /// <param name="job">The job.</param>
    /// <param name="contents">What is on the card.</param>
    /// <param name="view">The life cycle that counts; null for what is not there.</param>
    /// <param name="imports">Whether a load file imports that of the job.</param>
    public static Decision Decide(
        CardJob job, ImmutableArray<ContentItem> contents, Func<ContentItem, LifeCycle?> view, Func<ContentItem, bool> imports)
    {
        ContentItem? Find(Aid? aid) => aid is { } wanted ? contents.FirstOrDefault(c => c.Aid == wanted && view(c) is not null) : null;
        ContentItem? instance = Find(job.Instance);
        ContentItem? loadFile = Find(job.LoadFile);
        LifeCycle? state = instance is null ? null : view(instance);

        return job.Operation switch
        {
            Operation.Install => Install(job, instance, loadFile, state),
            Operation.Activate => state switch
            {
                null => Illegal(job, "it is not on the card", "Install it first."),
                { IsLocked: true } => Illegal(job, "it is suspended", "Resume it instead."),
                { Value: 0x03 } => new Decision.Proceed(Stage.MakeSelectable),
                _ => Reached(job, "It is active.", "It is active already."),
            },
            Operation.Suspend => state switch
            {
                null => Illegal(job, "it is not on the card", "Install and activate it first."),
                { IsLocked: true } => Reached(job, "It is suspended.", "It is suspended already."),
                { Value: 0x03 } => Illegal(job, "it was never activated", "Activate it first, or terminate it."),
                _ => new Decision.Proceed(Stage.Lock),
            },
            Operation.Resume => state switch
            {
                null => Illegal(job, "it is not on the card", "Install it first."),
                { IsLocked: true } => new Decision.Proceed(Stage.Unlock),
                _ when job.Attempted => new Decision.Reached("It runs again."),
                _ => Illegal(job, "it is not suspended", "Nothing needs to be done; audit the card if you doubt it."),
            },
            Operation.Terminate => Terminate(job, [.. contents.Where(c => view(c) is not null)], instance, loadFile, imports),
            Operation.Personalise => state switch
            {
                null => Illegal(job, "it is not on the card", "Download it first."),
                { IsLocked: true } => Illegal(job, "it is suspended", "Resume it first."),
                _ when job.PersonalisedHere => new Decision.Reached("It has its data."),
                _ => new Decision.Proceed(Stage.Personalise),
            },
            Operation.Extradite => Extradite(job, instance ?? loadFile),
            Operation.RotateKeys => new Decision.Reached("The domain has new keys."),
            Operation.Audit => job.Attempted ? new Decision.Reached("The card has told what is on it.") : new Decision.Proceed(Stage.AuditApplications),
            _ => throw new InvalidOperationException($"Operation {job.Operation} has no rules."),
        };
    }

    private static Decision Install(CardJob job, ContentItem? instance, ContentItem? loadFile, LifeCycle? state)
    {
        if (instance is not null)
        {
            if (instance.Kind != ContentKind.Application || (instance.LoadFile is { } from && from != job.LoadFile))
            {
                return Exists(job.Instance!.Value, instance);
            }

            if (job.Order is { Personalisation.IsEmpty: false } && !instance.IsPersonalised && !job.PersonalisedHere && state is { IsLocked: false })
            {
                return new Decision.Proceed(Stage.Personalise);
            }

            return job.MakeSelectable && state == LifeCycle.Installed
                ? new Decision.Proceed(Stage.MakeSelectable)
                : Reached(job, "It is on the card.", "It is on the card already.");
        }

        if (loadFile is not null)
        {
            if (loadFile.Kind != ContentKind.LoadFile || (loadFile.Application is { } owner && owner != job.Application))
            {
                return Exists(job.LoadFile!.Value, loadFile);
            }

            return job.Instance is null ? Reached(job, "The library is on the card.", "The library is on the card already.") : new Decision.Proceed(Stage.Install);
        }

        return new Decision.Proceed(Stage.Load);
    }

    private static Decision Extradite(CardJob job, ContentItem? content) => content is null
        ? Illegal(job, "it is not on the card", "Install it first.")
        : content.Domain == job.Order?.Domain?.Aid ? Reached(job, "It belongs to the domain.", "It belongs to that domain already.")
        : new Decision.Proceed(Stage.Extradite);

    private static Decision Terminate(
        CardJob job, ImmutableArray<ContentItem> there, ContentItem? instance, ContentItem? loadFile, Func<ContentItem, bool> imports)
    {
        if (instance is not null)
        {
            return new Decision.Proceed(Stage.Delete);
        }

        if (loadFile is not null && there.FirstOrDefault(imports) is { } importer)
        {
            return job.IfUnused || job.Instance is not null
                ? Reached(job, $"Its load file stays: {importer.Aid} imports it.", $"It stays: {importer.Aid} imports it.")
                : Imported(job, importer);
        }

        bool needed = there.Any(c => c.Kind == ContentKind.Application && c.LoadFile == job.LoadFile && c.Aid != job.Instance);
        return loadFile is not null && !needed
            ? new Decision.Proceed(Stage.DeleteLoadFile)
            : Reached(job, needed ? "It is gone; other instances still need its load file." : "It is gone.", "It is not on the card.");
    }

    /// <summary>Said differently when the job itself had nothing to do.</summary>
    private static Decision.Reached Reached(CardJob job, string done, string already) => new(job.Attempted || job.StepsDone > 0 ? done : already);

    private static Decision.Illegal Illegal(CardJob job, string because, string next) => new(new(
        "lifecycle",
        "LIFECYCLE_ILLEGAL",
        "Illegal step of the life cycle",
        $"{job.Operation} of {job.Instance?.ToString() ?? job.LoadFile?.ToString()} is not possible: {because}.",
        "The application on this card is in a state in which this step makes no sense.",
        next,
        []));

    private static Decision.Illegal Imported(CardJob job, ContentItem importer) => new(new(
        "lifecycle",
        "LOAD_FILE_IN_USE",
        "Load file in use",
        $"{job.LoadFile} cannot be deleted: load file {importer.Aid} on this card imports it.",
        "A card keeps a package that another one is linked to.",
        "Terminate what imports it first.",
        []));

    private static Decision.Illegal Exists(Aid aid, ContentItem item) => new(new(
        "lifecycle",
        "AID_EXISTS",
        "AID in use on this card",
        $"{aid} is on the card already as {(item.Kind == ContentKind.LoadFile ? "load file" : "instance")}"
            + (item.LoadFile is { } from ? $" of {from}" : item.Version is { } version ? $" version {version}" : "") + ".",
        "Another application, or another version of this one, was installed under the same AID.",
        "Terminate the other one first, or choose another instance AID.",
        []));
}
