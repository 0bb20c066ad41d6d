using Tsm.Application.Ports;
using Tsm.Storage.Rows;

namespace Tsm.Storage.Shared;

/// <content>How rows stand in columns.</content>
public sealed partial class WebhookDeliveries
{
    private const string Columns =
        """
        seq AS Seq, event AS Event, kind AS Kind, body AS Body, status AS Status, attempts AS Attempts, created_at AS CreatedAt,
        give_up_at AS GiveUpAt, next_at AS NextAt, ended_at AS EndedAt, code AS Code, text AS Text
        """;

    private sealed class ServedRow
    {
        public string Tenant { get; init; } = "";

        public string Webhook { get; init; } = "";

        public long After { get; init; }
    }

    private sealed class DeliveryRow
    {
        public long Seq { get; init; }

        public string Event { get; init; } = "";

        public string Kind { get; init; } = "";

        public string Body { get; init; } = "";

        public string Status { get; init; } = "";

        public long Attempts { get; init; }

        public long CreatedAt { get; init; }

        public long GiveUpAt { get; init; }

        public long? NextAt { get; init; }

        public long? EndedAt { get; init; }

        public long? Code { get; init; }

        public string? Text { get; init; }

        public WebhookDelivery ToDelivery() => new(
            Seq,
            Event,
            Kind,
            Body,
            Enum.Parse<DeliveryStatus>(Status),
            (int)Attempts,
            StoredValues.Time(CreatedAt),
            StoredValues.Time(GiveUpAt),
            StoredValues.Time(NextAt),
            StoredValues.Time(EndedAt),
            (int?)Code,
            Text);
    }
}
