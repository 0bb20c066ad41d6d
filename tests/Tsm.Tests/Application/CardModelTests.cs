using Tsm.Application.Cards;
using Tsm.Security.Keys;

namespace Tsm.Tests.Application;

/// <summary>Documents of card models.</summary>
public sealed class CardModelTests
{
    [Fact]
    public void A_card_model_keeps_its_defaults_where_a_document_is_silent()
    {
        CardModel model = System.Text.Json.JsonSerializer.Deserialize<CardModel>("""{"name":"x","algorithm":"aes"}""", CardModelJson.Options)!;

        Assert.Equal(new CardModel { Name = "x", Algorithm = KeyAlgorithm.Aes }.MaxSegments, model.MaxSegments);
        Assert.Equal("1639", model.Spi);
        Assert.False(model.Packages.IsDefault);
    }
}
