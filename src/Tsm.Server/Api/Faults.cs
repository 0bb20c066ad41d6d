using Tsm.Application.Providers;
using Tsm.Server.Contracts;

namespace Tsm.Server.Api;

/// <summary>Gathers what is wrong with the fields of a request, so that all of it is told at once.</summary>
internal sealed class Faults
{
    private const int MaxNameLength = 100;

    private readonly List<ApiFault> _found = [];

    public IReadOnlyList<ApiFault> Found => _found;

    public bool Any => _found.Count > 0;

    /// <summary>Adds a fault unless something holds; says whether it holds.</summary>
    public bool Demand(bool holds, string field, string code, string problem, string next)
    {
        if (!holds)
        {
            _found.Add(new(null, field, code, problem, next));
        }

        return holds;
    }

    /// <summary>A name by which documents refer to each other.</summary>
    public bool DemandId(string field, string? id) => Demand(
        BookId.IsRight(id), field, "ID_INVALID", $"{field} is {(id is null ? "missing" : "not a name")}.", $"Write {BookId.Rule}.");

    /// <summary>A name for people.</summary>
    public bool DemandName(string field, string? name) => Demand(
        name is { Length: > 0 and <= MaxNameLength } && !string.IsNullOrWhiteSpace(name) && !name.Any(char.IsControl),
        field,
        "NAME_INVALID",
        $"{field} is {(name is null ? "missing" : "empty, too long, or holds control characters")}.",
        $"Write 1 to {MaxNameLength} characters.");
}
