using Tsm.Card.Encoding;

namespace Tsm.Explain;

/// <summary>What a layer made of octets.</summary>
/// <param name="Kind">As in <see cref="Explanation.Kind"/>.</param>
/// <param name="Title">For people.</param>
/// <param name="Part">The octets.</param>
/// <param name="Verdict">What it comes to.</param>
internal sealed record Found(string Kind, string Title, Part Part, Verdict Verdict);

/// <summary>Recognises one kind of octets.</summary>
/// <param name="octets">All of them belong to it, or it is not that kind.</param>
/// <param name="origin">Where they begin in what was given; null where they were made.</param>
/// <param name="context">What is known besides.</param>
/// <returns>Null when they are something else.</returns>
internal delegate Found? Layer(Octets octets, int? origin, ExplainContext context);
