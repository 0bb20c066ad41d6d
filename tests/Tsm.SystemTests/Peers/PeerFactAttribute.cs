namespace Tsm.SystemTests.Peers;

/// <summary>A test against a foreign program, which is never in the repository: it runs where a variable says where the program is.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PeerFactAttribute : FactAttribute
{
    /// <summary>Skips the test where <paramref name="variable"/> is not set.</summary>
    /// <param name="variable">The variable.</param>
    /// <param name="names">What it names.</param>
    public PeerFactAttribute(string variable, string names)
    {
        Variable = variable;
        Names = names;
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(variable)))
        {
            Skip = $"{variable} does not name {names}; see the tests' README.";
        }
    }

    public string Variable { get; }

    public string Names { get; }
}
