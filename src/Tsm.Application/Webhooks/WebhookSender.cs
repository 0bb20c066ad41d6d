using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;
using Tsm.Application.Ports;

namespace Tsm.Application.Webhooks;

/// <summary>What became of an attempt.</summary>
/// <param name="Code">The status that the receiver answered with; null when it did not answer.</param>
/// <param name="Text">The beginning of its answer, or why there is none.</param>
public sealed record WebhookAnswer(int? Code, string Text)
{
    /// <summary>Whether the receiver has taken it.</summary>
    public bool IsTaken => Code is >= 200 and < 300;
}

/// <summary>Sends one message to a webhook's receiver. Redirects are not followed: they are answers that did not take it.</summary>
public sealed class WebhookSender : IDisposable
{
    private const int KeptCharacters = 200;
    private const int ReadOctets = 4 * KeptCharacters;

    private readonly HttpClient _http;
    private readonly IKeyVault _vault;
    private readonly TimeProvider _time;
    private readonly WebhookOptions _options;

    /// <summary>Prepares the connections.</summary>
    public WebhookSender(WebhookAddresses addresses, IKeyVault vault, TimeProvider time, IOptions<WebhookOptions> options)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentNullException.ThrowIfNull(options);
        _vault = vault;
        _time = time;
        _options = options.Value;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectCallback = (context, cancellationToken) => addresses.ConnectAsync(context.DnsEndPoint, cancellationToken),
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Makes one attempt.</summary>
    /// <param name="eventId">The same in every attempt.</param>
    /// <param name="body">JSON, the same in every attempt.</param>
    public async Task<WebhookAnswer> SendAsync(
        string tenant, Webhook webhook, string eventId, string body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(webhook);
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url)
        {
            Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Tsm", "1"));
        request.Headers.Add(WebhookMessage.EventHeader, eventId);
        request.Headers.Add(WebhookMessage.SignatureHeader, Sign(tenant, webhook, body));
        using var limit = new CancellationTokenSource(_options.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new((int)response.StatusCode, await BeginningAsync(response, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new(null, $"No answer within {_options.Timeout.TotalSeconds:0.###} s.");
        }
        catch (HttpRequestException exception)
        {
            return new(null, Kept(exception.InnerException?.Message ?? exception.Message));
        }
        catch (IOException exception)
        {
            return new(null, Kept(exception.Message));
        }
    }

    private string Sign(string tenant, Webhook webhook, string body)
    {
        byte[] secret = _vault.Unseal(Webhook.Place(tenant, webhook.Id), webhook.Secret);
        try
        {
            return WebhookMessage.Sign(secret, _time.GetUtcNow(), body);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    private static async Task<string> BeginningAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] octets = new byte[ReadOctets];
        try
        {
            await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            int count = await stream.ReadAtLeastAsync(octets, octets.Length, throwOnEndOfStream: false, cancellationToken);
            return Kept(Encoding.UTF8.GetString(octets, 0, count));
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status has come, and it decides, however long the rest takes.
            return "";
        }
    }

    /// <summary>What a stranger has written, made fit for a line of a list.</summary>
    private static string Kept(string text)
    {
        char[] kept = [.. text.Take(KeptCharacters).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? ' ' : c)];
        return new string(kept).Trim();
    }
}
