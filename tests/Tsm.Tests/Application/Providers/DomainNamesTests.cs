using FsCheck.Fluent;
using Tsm.Application.Providers;
using Tsm.Card.Identifiers;

namespace Tsm.Tests.Application.Providers;

public sealed class DomainNamesTests
{
    [Fact]
    public void An_allocated_AID_is_proprietary_and_holds_its_TAR() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        (from id in Gen.Elements("bank", "metro", "canteen", "a1") from tar in Gen.Choose(0, 0xFF_FFFF) select (id, tar)).ToArbitrary(),
        given =>
        {
            Aid aid = DomainNames.AidFor(given.id, new((uint)given.tar));
            return aid.Length == 16 && aid.Span[0] == 0xF0 && Tar.TryFromAid(aid, out Tar held) && held.Value == given.tar;
        }));

    [Fact]
    public void A_TAR_that_is_taken_is_never_allocated_and_what_is_may_be()
    {
        HashSet<Tar> taken = [];
        for (int i = 0; i < 100; i++)
        {
            Tar tar = DomainNames.TarFor("bank", taken);
            Assert.True(KnownTars.MayBeAllocated(tar));
            Assert.True(taken.Add(tar));
        }

        Assert.Equal(DomainNames.TarFor("bank", new HashSet<Tar>()), DomainNames.TarFor("bank", new HashSet<Tar>()));
    }

    [Theory]
    [InlineData("bank", true)]
    [InlineData("a1", true)]
    [InlineData("a-b-2", true)]
    [InlineData("a", false)]
    [InlineData("-ab", false)]
    [InlineData("Bank", false)]
    [InlineData("bänk", false)]
    [InlineData("a b", false)]
    [InlineData(null, false)]
    [InlineData("a23456789012345678901234567890123", false)]
    public void A_name_is_short_and_plain(string? id, bool right) => Assert.Equal(right, BookId.IsRight(id));
}
