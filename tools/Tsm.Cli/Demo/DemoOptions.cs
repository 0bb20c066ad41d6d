namespace Tsm.Cli.Demo;

/// <summary>What <c>tsm demo</c> was asked for.</summary>
/// <param name="Keep">Whether it stays when all is shown.</param>
/// <param name="Cap">The CAP file; null takes the sample applet.</param>
/// <param name="Cards">How many cards.</param>
/// <param name="Loss">Probability 0..1 that a short message is lost.</param>
/// <param name="Repeat">Probability that it arrives twice.</param>
/// <param name="Reorder">Probability that it is overtaken.</param>
/// <param name="Seed">What chance depends on.</param>
/// <param name="Json">Whether a program reads the result.</param>
internal sealed record DemoOptions(bool Keep, string? Cap, int Cards, double Loss, double Repeat, double Reorder, int Seed, bool Json);
