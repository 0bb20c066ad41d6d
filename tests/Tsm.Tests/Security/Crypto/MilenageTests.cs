using Tsm.Card.Encoding;
using Tsm.Security.Crypto;

namespace Tsm.Tests.Security.Crypto;

/// <summary>OPc of Milenage. TS 35.207 §4.3, test set 1, published with the algorithm.</summary>
public sealed class MilenageTests
{
    [Fact]
    public void Opc_is_that_of_test_set_1()
    {
        byte[] opc = new byte[Milenage.Size];

        Milenage.ComputeOpc(
            Octets.Parse("465B5CE8B199B49FAA5F0A2EE238A6BC").Span, Octets.Parse("CDC202D5123E20F62B6D676AC72CB318").Span, opc);

        Assert.Equal("CD63CB71954A9F4E48A5994E37A02BAF", Octets.Own(opc).ToString());
    }

    [Fact]
    public void Refuses_other_lengths() =>
        Assert.Throws<ArgumentException>(() => Milenage.ComputeOpc(new byte[16], new byte[15], new byte[16]));
}
