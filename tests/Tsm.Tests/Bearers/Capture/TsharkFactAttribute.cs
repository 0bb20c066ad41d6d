namespace Tsm.Tests.Bearers.Capture;

/// <summary>A test that asks tshark what it sees in our octets; skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TsharkFactAttribute : FactAttribute
{
    public TsharkFactAttribute()
    {
        if (Tshark.Path is null)
        {
            Skip = "tshark is not on the path (Debian: apt-get install tshark).";
        }
    }
}
