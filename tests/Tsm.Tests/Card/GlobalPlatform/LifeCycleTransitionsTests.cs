using Tsm.Card.GlobalPlatform;

namespace Tsm.Tests.Card.GlobalPlatform;

public sealed class LifeCycleTransitionsTests
{
    [Theory]
    [InlineData(RegistryKind.IssuerSecurityDomain, "01>07 07>0F 0F>7F 7F>0F 01>FF 07>FF 0F>FF 7F>FF", LifeCycleActor.Itself)]
    [InlineData(RegistryKind.IssuerSecurityDomain, "01>07 07>0F 0F>7F 7F>0F 01>FF 07>FF 0F>FF 7F>FF", LifeCycleActor.Domain)]
    [InlineData(RegistryKind.Application, "03>07 03>83 07>87 0F>8F 7F>FF 83>03 87>07 8F>0F FF>7F", LifeCycleActor.Domain)]
    [InlineData(RegistryKind.Application, "03>83 07>87 07>0F 0F>07 0F>7F 0F>8F 07>7F 7F>07 7F>0F 7F>FF", LifeCycleActor.Itself)]
    [InlineData(RegistryKind.SecurityDomain, "03>07 03>83 07>87 0F>8F 83>03 87>07 8F>0F FF>7F", LifeCycleActor.Domain)]
    [InlineData(RegistryKind.SecurityDomain, "07>0F 03>83 07>87 0F>8F", LifeCycleActor.Itself)]
    [InlineData(RegistryKind.LoadFile, "", LifeCycleActor.Domain)]
    public void Allows_these_and_no_others(RegistryKind kind, string allowed, LifeCycleActor actor)
    {
        byte[] states = [0x01, 0x03, 0x07, 0x0F, 0x7F, 0x83, 0x87, 0x8F, 0xFF];
        IEnumerable<string> found =
            from f in states
            from t in states
            where LifeCycleTransitions.Allow(kind, new(f), new(t), actor)
            select $"{f:X2}>{t:X2}";

        Assert.Equal(allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), found.Order());
    }
}
