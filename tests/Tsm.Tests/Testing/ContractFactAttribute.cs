using System.ComponentModel;
using Tsm.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Tsm.Tests.Testing;

/// <summary>A test that is inherited by classes of which some need what a machine may not have; there it is skipped and says why.</summary>
[XunitTestCaseDiscoverer("Tsm.Tests.Testing." + nameof(ContractFactDiscoverer), "Tsm.Tests")]
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>The tests of this class need something that a machine may not have.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public abstract class NeedsAttribute : Attribute
{
    /// <summary>Why they cannot be run here; null when they can.</summary>
    public abstract string? WhyNot { get; }
}

/// <summary>The tests of this class need a PostgreSQL server on the machine.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsPostgresAttribute : NeedsAttribute
{
    public override string? WhyNot => PrivatePostgres.WhyNot;
}

/// <summary>The tests of this class need a disk that they can fill.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class NeedsSmallDiskAttribute : NeedsAttribute
{
    public override string? WhyNot => SmallDisk.WhyNot;
}

/// <summary>Finds <see cref="ContractFactAttribute"/>.</summary>
public sealed class ContractFactDiscoverer(IMessageSink diagnostics) : FactDiscoverer(diagnostics)
{
    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute)
    {
        ArgumentNullException.ThrowIfNull(testMethod);
        string? reason = testMethod.TestClass.Class.GetCustomAttributes(typeof(NeedsAttribute))
            .OfType<ReflectionAttributeInfo>()
            .Select(a => ((NeedsAttribute)a.Attribute).WhyNot)
            .FirstOrDefault(r => r is not null);
        return reason is not null
            ? new SkippedTestCase(DiagnosticMessageSink, discoveryOptions, testMethod, reason)
            : base.CreateTestCase(discoveryOptions, testMethod, factAttribute);
    }
}

/// <summary>A test case that is skipped for a reason found at discovery.</summary>
public sealed class SkippedTestCase : XunitTestCase
{
    private string _reason = "";

    [Obsolete("For the deserializer.")]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public SkippedTestCase()
    {
    }

    public SkippedTestCase(IMessageSink diagnostics, ITestFrameworkDiscoveryOptions options, ITestMethod method, string reason)
        : base(diagnostics, options.MethodDisplayOrDefault(), options.MethodDisplayOptionsOrDefault(), method)
    {
        _reason = reason;
    }

    public override void Serialize(IXunitSerializationInfo data)
    {
        ArgumentNullException.ThrowIfNull(data);
        base.Serialize(data);
        data.AddValue(nameof(_reason), _reason);
    }

    public override void Deserialize(IXunitSerializationInfo data)
    {
        ArgumentNullException.ThrowIfNull(data);
        _reason = data.GetValue<string>(nameof(_reason));
        base.Deserialize(data);
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute) => _reason;
}
