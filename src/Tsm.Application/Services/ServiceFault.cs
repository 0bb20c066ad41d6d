namespace Tsm.Application.Services;

/// <summary>One of the faults of a service or a version that somebody wants to declare; all of them are told at once.</summary>
/// <param name="Field">The field of the request, such as <c>aid</c> or <c>personalisation[2].content</c>.</param>
/// <param name="Code">What programs compare, in upper case.</param>
/// <param name="Problem">What is wrong, one sentence.</param>
/// <param name="Next">What to do.</param>
public sealed record ServiceFault(string Field, string Code, string Problem, string Next);
