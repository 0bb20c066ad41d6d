using System.Collections.Immutable;
using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

public sealed class RegistryEntryTests
{
    public sealed record EntryCase(
        string Aid, string State, string? Privileges, string? LoadFile, string? SecurityDomain, string? Version, string[]? Modules);

    public sealed record Case(string Name, RegistryScope Scope, string Tags, bool Canonical, string Page, EntryCase[] Entries)
    {
        public override string ToString() => Name;
    }

    public sealed record PrivilegesCase(string Name, string Wire, string Three, string[] Names)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/registry.json")]
    public void Reads_pages_and_writes_those_a_card_of_ours_would(Case vector)
    {
        Octets page = Octets.Parse(vector.Page);
        Assert.True(RegistryEntry.TryParsePage(page.Span, out ImmutableArray<RegistryEntry> entries, out PacketError error), error.ToString());

        Assert.Equal(vector.Entries.Select(e => Flat(e)), entries.Select(e => Flat(e, vector.Scope)), StringComparer.Ordinal);
        if (vector.Canonical)
        {
            byte[] tags = Convert.FromHexString(vector.Tags);
            Assert.Equal(page, Octets.Concat([.. entries.Select(e => e.ToOctets(tags))]));
        }
    }

    [Theory, VectorData("gp/privileges.json")]
    public void Privileges_take_one_octet_or_three(PrivilegesCase vector)
    {
        Octets wire = Octets.Parse(vector.Wire);
        Assert.True(Privileges.TryParse(wire.Span, out Privileges privileges, out _));

        Assert.Equal(wire, privileges.ToOctets());
        Assert.Equal(vector.Three, privileges.ToThreeOctets().ToString());
        Assert.Equal(vector.Names, privileges.Names, StringComparer.Ordinal);
        Assert.True(Privileges.TryParse(privileges.ToThreeOctets().Span, out Privileges again, out _));
        Assert.Equal(privileges, again);
    }

    [Fact]
    public void Privileges_never_take_two_octets()
    {
        Assert.False(Privileges.TryParse([0x80, 0x40], out _, out PacketError error));

        Assert.Equal(PacketFault.LengthMismatch, error.Fault);
        Assert.Equal("804000", (Privileges.SecurityDomain | Privileges.AuthorizedManagement).ToString());
    }

    [Theory]
    [InlineData(0x03, RegistryKind.Application, "INSTALLED", false)]
    [InlineData(0x07, RegistryKind.Application, "SELECTABLE", false)]
    [InlineData(0x17, RegistryKind.Application, "SELECTABLE (application state 17)", false)]
    [InlineData(0x83, RegistryKind.Application, "LOCKED (INSTALLED)", true)]
    [InlineData(0x87, RegistryKind.Application, "LOCKED (SELECTABLE)", true)]
    [InlineData(0x8F, RegistryKind.SecurityDomain, "LOCKED (PERSONALIZED)", true)]
    [InlineData(0x0F, RegistryKind.SecurityDomain, "PERSONALIZED", false)]
    [InlineData(0x80, RegistryKind.Application, "UNKNOWN (80)", false)]
    [InlineData(0x01, RegistryKind.LoadFile, "LOADED", false)]
    [InlineData(0x01, RegistryKind.IssuerSecurityDomain, "OP_READY", false)]
    [InlineData(0x07, RegistryKind.IssuerSecurityDomain, "INITIALIZED", false)]
    [InlineData(0x0F, RegistryKind.IssuerSecurityDomain, "SECURED", false)]
    [InlineData(0x7F, RegistryKind.IssuerSecurityDomain, "CARD_LOCKED", false)]
    public void Life_cycles_have_the_names_of_the_standard(byte value, RegistryKind kind, string name, bool locked)
    {
        var state = new LifeCycle(value);

        Assert.Equal(name, state.Name(kind));
        Assert.Equal(locked, state.IsLocked);
    }

    [Fact]
    public void Unlocking_returns_to_the_state_before()
    {
        Assert.Equal(LifeCycle.Selectable, LifeCycle.Selectable.Lock().Unlock());
        Assert.Equal("LOCKED (SELECTABLE)", LifeCycle.Selectable.Lock().ToString());
        Assert.Equal("LOADED", LifeCycle.Loaded.ToString());
    }

    [Theory]
    [InlineData("E3054F03AABBCC", PacketFault.LengthMismatch, 4)]
    [InlineData("E3049F700107", PacketFault.Truncated, 6)]
    [InlineData("E3094F05F0546D5301C500", PacketFault.None, 0)]
    [InlineData("E30B4F05F0546D5301C5028040", PacketFault.LengthMismatch, 11)]
    [InlineData("E30A4F05F0546D53019F7000", PacketFault.LengthMismatch, 12)]
    [InlineData("E3164F05F0546D5301", PacketFault.Truncated, 9)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        bool read = RegistryEntry.TryParsePage(Convert.FromHexString(hex), out ImmutableArray<RegistryEntry> entries, out PacketError error);

        Assert.Equal(fault == PacketFault.None, read);
        Assert.Equal(new PacketError(fault, offset), error);
        Assert.Equal(read ? 1 : 0, entries.Length);
    }

    [Fact]
    public void No_octets_make_it_throw()
    {
        byte[] page = Convert.FromHexString(
            "E3234F07F0546D530101019F700107C503000000C405F0546D5301CC08A000000151000000E3224F05F0546D53019F700101CE0201008407F0546D530101018408F0546D5301010202");
        var mutated =
            from index in Gen.Choose(0, page.Length - 1)
            from value in ArbMap.Default.GeneratorFor<byte>()
            from length in Gen.Choose(0, page.Length)
            select page.Select((octet, i) => i == index ? value : octet).Take(length).ToArray();

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(mutated.ToArbitrary(), source =>
            RegistryEntry.TryParsePage(source, out ImmutableArray<RegistryEntry> entries, out PacketError error)
                ? error.Fault == PacketFault.None
                : entries.IsEmpty && error.Fault != PacketFault.None && error.Offset <= source.Length));
    }

    private static string Flat(EntryCase e) =>
        $"{e.Aid} {e.State} {e.Privileges ?? "00"} {e.LoadFile} {e.SecurityDomain} {e.Version} {string.Join(',', e.Modules ?? [])}";

    private static string Flat(RegistryEntry e, RegistryScope scope) =>
        $"{e.Aid} {e.LifeCycle.Name(e.Kind(scope))} {e.Privileges} {e.LoadFile} {e.SecurityDomain} {e.Version} {string.Join(',', e.Modules)}";
}
