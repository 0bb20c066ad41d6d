namespace Tsm.Server.Contracts;

/// <summary>A page of a list.</summary>
/// <param name="Items">The items of this page.</param>
/// <param name="Next">The cursor of the next page; absent at the end.</param>
public sealed record PageOf<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>A list that is always complete.</summary>
/// <param name="Items">All items.</param>
public sealed record ListOf<T>(IReadOnlyList<T> Items);
