using System.Collections.Immutable;

namespace Tsm.Application.Jobs;

/// <summary>What went wrong, for people and programs: never a raw code alone.</summary>
/// <param name="Layer">Where: api, card-model, cap, lifecycle, capacity, smpp, scp80, globalplatform, bearer, storage.</param>
/// <param name="Code">The layer's own code, such as <c>6A84</c>, or one of ours in upper case.</param>
/// <param name="Name">The name of the code.</param>
/// <param name="Meaning">What it says, one sentence.</param>
/// <param name="Cause">The likely cause.</param>
/// <param name="Next">What to do next.</param>
/// <param name="Evidence">What it rests on.</param>
public sealed record Problem(
    string Layer, string Code, string Name, string Meaning, string Cause, string Next, ImmutableArray<string> Evidence)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} ({Layer} {Code}): {Meaning}";
}
