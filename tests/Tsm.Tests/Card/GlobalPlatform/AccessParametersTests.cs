using FsCheck.Fluent;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Card.GlobalPlatform;

/// <summary>The parts of install parameters about files, old toolkit applets and security domains.</summary>
public sealed class AccessParametersTests
{
    private static readonly Aid Usim = Aid.Parse("A0000000090005FFFFFFFF89E0000002");

    [Fact]
    public void All_obey_the_packet_laws()
    {
        PacketLaws.Hold<UiccAccessParameters>(24, "0001000010A0000000090005FFFFFFFF89E0000002010000", "00040200000402AABB");
        PacketLaws.Hold<SimToolkitParameters>(
            24, "010001001505000000000000000000000000", "0000000000000000", "0402010200010000010000020112 03AF4D01", "01FF01000000", "01000100000000");
    }

    [Fact]
    public void Writes_and_reads_access_parameters_of_the_ETSI_test_applets()
    {
        // TS 102 268: toolkit parameters, then the same access for files and their administration.
        Octets wire = Octets.Parse(
            "C900EA3E 8008 01000A0000000000 8118 00010000 10A0000000090005FFFFFFFF89E0000002 010000 8218 00010000 10A0000000090005FFFFFFFF89E0000002 010000");
        UiccAccess[] entries = [new(null, AccessDomain.Full), new(Usim, AccessDomain.Full)];
        UiccAccessParameters access = UiccAccessParameters.Of(entries);
        var expected = new InstallParameters
        {
            Toolkit = new ToolkitParameters { Priority = 1, MaxMenuText = 10 },
            Access = access,
            AdministrativeAccess = access,
        };

        Assert.Equal(wire, expected.ToOctets());
        Assert.True(InstallParameters.TryParse(wire.Span, out InstallParameters read, out PacketError error), error.ToString());
        Assert.Equal(expected, read);
        Assert.Equal(entries, access.Entries.AsEnumerable());
    }

    [Fact]
    public void Writes_and_reads_parameters_of_an_old_toolkit_applet()
    {
        // Known answer of pySim (gen_install_parameters): quotas of 256, five menu entries, no field of TARs.
        Octets wire = Octets.Parse("C900EF1CC8020100C7020100CA12010001001505000000000000000000000000");
        var expected = new InstallParameters
        {
            VolatileQuota = 256,
            NonVolatileQuota = 256,
            SimToolkit = new SimToolkitParameters
            {
                Access = AccessDomain.Full,
                Priority = 1,
                MaxMenuText = 0x15,
                MenuEntries = [default, default, default, default, default],
                Omitted = 1,
            },
        };

        Assert.Equal(wire, expected.ToOctets());
        Assert.True(InstallParameters.TryParse(wire.Span, out InstallParameters read, out PacketError error), error.ToString());
        Assert.Equal(expected, read);
    }

    [Fact]
    public void The_two_styles_of_toolkit_parameters_do_not_go_together()
    {
        var both = new InstallParameters { Toolkit = default(ToolkitParameters), SimToolkit = default(SimToolkitParameters) };

        Assert.Throws<InvalidOperationException>(() => both.ToOctets());
        Assert.Equal("C900EF0ACA080000000000000000", (both with { Toolkit = null }).ToOctets().ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => new SimToolkitParameters { Omitted = 4 });
    }

    [Theory]
    [InlineData("C900EF04CA020100", PacketFault.Truncated, 8)]
    [InlineData("C900EA0481020001", PacketFault.Truncated, 8)]
    [InlineData("C900EA0782050400000000", PacketFault.LengthMismatch, 6)]
    public void Says_where_it_stopped(string hex, PacketFault fault, int offset)
    {
        Assert.False(InstallParameters.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void Writes_and_reads_parameters_of_a_security_domain()
    {
        // The operator's domain in a sample profile of the TCA.
        Octets wire = Octets.Parse("C90A810280008201F08701F0");
        var domain = new SecurityDomainParameters
        {
            Protocols = [new(0x80, 0x00)],
            AcceptsExtradition = SecurityDomainParameters.Accept(DomainAcceptance.AnyAuthorized),
            ReleasesContent = SecurityDomainParameters.Accept(DomainAcceptance.AnyAuthorized),
        };

        Assert.Equal(wire, new InstallParameters { Application = domain.ToOctets() }.ToOctets());
        Assert.True(SecurityDomainParameters.TryParse(wire.Span[2..], out SecurityDomainParameters read, out PacketError error), error.ToString());
        Assert.Equal(domain, read);
    }

    [Fact]
    public void All_parameters_of_a_security_domain_come_back_as_they_went()
    {
        var domain = new SecurityDomainParameters
        {
            Protocols = [new(0x80, 0), new(0x03, 0x70), new(0x81, 0x0C)],
            AcceptsExtradition = Octets.Parse("8020"),
            AcceptsDeletion = DomainAcceptance.Issuer,
            PersonalizedExplicitly = true,
            AuthorityCapability = Octets.Parse("0100"),
            ReleasesContent = SecurityDomainParameters.Accept(DomainAcceptance.Nobody),
        };

        Octets wire = domain.ToOctets();

        Assert.Equal("81028000810203708102810C820280208301208400860201008701" + "00", wire.ToString());
        Assert.True(SecurityDomainParameters.TryParse(wire.Span, out SecurityDomainParameters read, out PacketError error), error.ToString());
        Assert.Equal(domain, read);
        Assert.Equal("SCP03 i=70", read.Protocols[1].ToString());
    }

    [Theory]
    [InlineData("810180", PacketFault.LengthMismatch, 2), InlineData("8300", PacketFault.LengthMismatch, 2), InlineData("840100", PacketFault.LengthMismatch, 2)]
    [InlineData("8103800000", PacketFault.LengthMismatch, 2), InlineData("8201", PacketFault.Truncated, 2)]
    public void Says_what_is_wrong_with_a_domain(string hex, PacketFault fault, int offset)
    {
        Assert.False(SecurityDomainParameters.TryParse(Octets.Parse(hex).Span, out _, out PacketError error));

        Assert.Equal(new PacketError(fault, offset), error);
    }

    [Fact]
    public void No_octets_make_a_reader_throw() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.GeneratorFor<byte>().ArrayOf().ToArbitrary(),
        source => SecurityDomainParameters.TryParse(source, out _, out PacketError error) || (error.Offset >= 0 && error.Offset <= source.Length)));
}
