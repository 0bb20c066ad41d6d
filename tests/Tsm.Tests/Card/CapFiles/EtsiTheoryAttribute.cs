using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.CapFiles;

/// <summary>A theory over the CAP files of ETSI TS 102 268, which lie beside the repository; skipped where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EtsiTheoryAttribute : TheoryAttribute
{
    public EtsiTheoryAttribute()
    {
        if (Repository.EtsiCaps is null)
        {
            Skip = "The CAP files of ETSI are not in ../shared/caps/etsi.";
        }
    }
}
