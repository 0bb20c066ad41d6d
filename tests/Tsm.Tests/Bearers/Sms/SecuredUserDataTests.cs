using Tsm.Bearers.Sms;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Bearers.Sms;

public sealed class SecuredUserDataTests
{
    [Theory]
    [InlineData("027100AABB", true, false)]
    [InlineData("027100AABB", false, false)]
    [InlineData("0700035A02017100AABB", true, false)]
    [InlineData("07710000035A0201AABB", true, false)]
    [InlineData("0700035A02017100AABB", false, false)]
    [InlineData("07710000035A0201AABB", false, false)]
    [InlineData("080804005A02017100AABB", false, false)]
    [InlineData("0500035A0202AABB", true, false)]
    [InlineData("0500035A0202AABB", false, true)]
    [InlineData("060804005A0202AABB", false, true)]
    [InlineData("0624020105 7100 AABB", true, false)]
    public void Recognises_responses_with_and_without_the_header_flag(string hex, bool udhi, bool segmentsExpected)
    {
        Assert.True(SecuredUserData.TryReadResponse(Octets.Parse(hex).Span, udhi, segmentsExpected, out UserData response));

        Assert.Equal(Octets.Parse("AABB"), response.Payload);
    }

    [Theory]
    [InlineData("0500035A0202AABB", false, false)] // Nobody waits: a text that begins so is a text.
    [InlineData("027000AABB", true, true)] // A command, sent back.
    [InlineData("0500035A0201AABB", true, true)] // The first of a long text.
    [InlineData("0500035A0201AABB", false, true)]
    [InlineData("48656C6C6F", false, true)] // Hello.
    [InlineData("0624020105 7100 AABB", false, true)]
    [InlineData("FF", true, true)]
    [InlineData("", true, true)]
    [InlineData("00", false, true)]
    public void Leaves_other_messages_alone(string hex, bool udhi, bool segmentsExpected)
    {
        Assert.False(SecuredUserData.TryReadResponse(Octets.Parse(hex).Span, udhi, segmentsExpected, out UserData response));

        Assert.Equal(default, response);
    }
}
