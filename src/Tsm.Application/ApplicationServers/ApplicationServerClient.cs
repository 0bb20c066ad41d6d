using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Hpke;

namespace Tsm.Application.ApplicationServers;

/// <summary>Talks to application servers over HTTP: signs what it asks, and believes nothing that does not carry the MAC.</summary>
/// <param name="http">One client for all of them: it follows no redirects and keeps no cookies.</param>
public sealed class ApplicationServerClient(IBooks books, IKeyVault vault, RecipientKeys recipients, HttpClient http, TimeProvider time)
    : IApplicationServers
{
    /// <summary>The longest answer, in octets.</summary>
    public const int MaxAnswer = 64 * 1024;

    private const int MaxName = 64;
    private const int MaxValue = 512;

    /// <inheritdoc/>
    public async Task<Problem?> AskStatusAsync(string tenant, string server, string service, CancellationToken cancellationToken)
    {
        (ApplicationServer? found, Problem? problem) = await FindAsync(tenant, server, service, cancellationToken);
        if (found is null)
        {
            return problem;
        }

        (int status, _, problem) = await SendAsync(tenant, found, HttpMethod.Get, "status", [], cancellationToken);
        return problem ?? (IsGood(status) ? null : AllocationProblems.Down(server, $"it says status {status}."));
    }

    /// <inheritdoc/>
    public async Task<AllocationOutcome> AllocateAsync(Allocation asked, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(asked);
        (ApplicationServer? server, Problem? problem) = await FindAsync(asked.Tenant, asked.Server, asked.Service, cancellationToken);
        if (server is null)
        {
            return Bad(problem!);
        }

        RecipientKey recipient = await recipients.GetAsync(asked.Tenant, cancellationToken);
        var question = new AllocationQuestion(
            asked.Request,
            asked.Service,
            asked.Operation,
            asked.Iccid,
            asked.Msisdn,
            asked.Names.Split(',', StringSplitOptions.RemoveEmptyEntries),
            recipient.PublicKey.ToString());
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(question, AllocationJson.Default.AllocationQuestion);
        (int status, byte[] answer, problem) = await SendAsync(asked.Tenant, server, HttpMethod.Post, "allocations", body, cancellationToken);
        return problem is not null ? Bad(problem)
            : status >= 500 ? Bad(AllocationProblems.Down(server.Id, $"it says status {status}."))
            : !IsGood(status) ? Bad(AllocationProblems.Refused(server.Id, status))
            : Read(asked, server, recipient, answer);
    }

    /// <inheritdoc/>
    public Task<Problem?> ConfirmAsync(Allocation allocation, CancellationToken cancellationToken) => TellAsync(allocation, "confirm", cancellationToken);

    /// <inheritdoc/>
    public async Task<Problem?> ReleaseAsync(Allocation allocation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(allocation);
        if (allocation.AllocationId is not null)
        {
            return await TellAsync(allocation, "release", cancellationToken);
        }

        // Its answer was lost or was no good: asked again under the same name, it says what it may have allocated.
        (ApplicationServer? server, Problem? problem) = await FindAsync(allocation.Tenant, allocation.Server, service: null, cancellationToken);
        if (server is null)
        {
            return problem!.Code == "APPLICATION_SERVER_UNKNOWN" ? null : problem;
        }

        RecipientKey recipient = await recipients.GetAsync(allocation.Tenant, cancellationToken);
        var question = new AllocationQuestion(
            allocation.Request, allocation.Service, allocation.Operation, allocation.Iccid, allocation.Msisdn, [], recipient.PublicKey.ToString());
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(question, AllocationJson.Default.AllocationQuestion);
        (int status, byte[] octets, problem) = await SendAsync(allocation.Tenant, server, HttpMethod.Post, "allocations", body, cancellationToken);
        if (problem is not null || IsGone(status))
        {
            return problem;
        }

        // A server that is busy, or does not know us for the present, may have allocated all the same: it is asked again.
        return !IsGood(status) ? AllocationProblems.Down(server.Id, $"it says status {status}.")
            : !TryVerify(allocation, server, octets, out AllocationAnswer? answer, out problem) ? problem
            : await TellAsync(allocation with { AllocationId = answer.AllocationId }, "release", cancellationToken);
    }

    private async Task<Problem?> TellAsync(Allocation allocation, string what, CancellationToken cancellationToken)
    {
        (ApplicationServer? server, Problem? problem) = await FindAsync(allocation.Tenant, allocation.Server, service: null, cancellationToken);
        if (server is null)
        {
            // There is nobody left to be told.
            return problem!.Code == "APPLICATION_SERVER_UNKNOWN" ? null : problem;
        }

        string path = $"allocations/{Uri.EscapeDataString(allocation.AllocationId!)}/{what}";
        (int status, _, problem) = await SendAsync(allocation.Tenant, server, HttpMethod.Post, path, [], cancellationToken);

        // One that it does not know any more needs not be released.
        return problem ?? (IsGood(status) || IsGone(status) ? null : AllocationProblems.Down(server.Id, $"it says status {status}."));
    }

    private AllocationOutcome Read(Allocation asked, ApplicationServer server, RecipientKey recipient, byte[] octets)
    {
        if (!TryVerify(asked, server, octets, out AllocationAnswer? answer, out Problem? problem))
        {
            return Bad(problem);
        }

        if (!Octets.TryParse(answer.Values.Encapsulated, out Octets encapsulated) || !Octets.TryParse(answer.Values.Ciphertext, out Octets ciphertext))
        {
            return Bad(AllocationProblems.Invalid(server.Id, "its values are not hexadecimal."));
        }

        using ECDiffieHellman key = recipients.Open(asked.Tenant, recipient);
        byte[] associated = AllocationContract.Associated(asked.Request, asked.Service, asked.Iccid);
        if (!new HpkeEnvelope(encapsulated, ciphertext).TryOpen(key, AllocationContract.Info, associated, out byte[]? values))
        {
            return Bad(AllocationProblems.ValuesClosed(server.Id));
        }

        try
        {
            return Fault(asked, values!) is { } fault
                ? Bad(AllocationProblems.ValuesWrong(server.Id, fault))
                : new(answer.AllocationId, answer.Serial, vault.Seal(asked.Card, values), null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(values);
        }
    }

    /// <summary>Reads an answer that carries the server's MAC and is for what was asked.</summary>
    private bool TryVerify(
        Allocation asked, ApplicationServer server, byte[] octets, [NotNullWhen(true)] out AllocationAnswer? answer, [NotNullWhen(false)] out Problem? problem)
    {
        if (!TryRead(octets, AllocationJson.Default.AllocationAnswer, out answer))
        {
            problem = AllocationProblems.Invalid(server.Id, "it is no JSON of the contract.");
            return false;
        }

        if (!IsName(answer!.AllocationId) || (answer.Serial is { } serial && !IsName(serial)) || answer.Values is null)
        {
            problem = AllocationProblems.Invalid(server.Id, "a field is missing or too long.");
            return false;
        }

        byte[] secret = vault.Unseal(ApplicationServer.Place(asked.Tenant, server.Id), server.Secret);
        string mac = AllocationContract.Mac(secret, answer);
        CryptographicOperations.ZeroMemory(secret);
        problem = !AllocationContract.IsSame(mac, answer.Mac) ? AllocationProblems.MacWrong(server.Id)
            : answer.RequestId != asked.Request || answer.Service != asked.Service || answer.Iccid != asked.Iccid ? AllocationProblems.OtherCard(server.Id)
            : null;
        return problem is null;
    }

    /// <summary>What is wrong with values; never a value itself.</summary>
    private static string? Fault(Allocation asked, byte[] values)
    {
        if (!TryRead(values, AllocationJson.Default.DictionaryStringString, out Dictionary<string, string>? found))
        {
            return "they are no JSON object of texts.";
        }

        string[] wanted = asked.Names.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return found!.Keys.Except(wanted, StringComparer.Ordinal).Any() ? "there are values that nobody asked for."
            : wanted.Except(found.Keys, StringComparer.Ordinal).FirstOrDefault() is { } missing ? $"{missing} is missing."
            : found.FirstOrDefault(v => v.Value is not { Length: > 0 and <= 2 * MaxValue } || !Octets.TryParse(v.Value, out _)) is { Key: { } odd } ? $"{odd} is not hexadecimal, or too long."
            : null;
    }

    private async Task<(ApplicationServer? Server, Problem? Problem)> FindAsync(
        string tenant, string name, string? service, CancellationToken cancellationToken)
    {
        ApplicationServer? server = (await books.FindAsync<ApplicationServer>(tenant, name, cancellationToken))?.Document;
        return server is null ? (null, AllocationProblems.Unknown(name))
            : service is not null && !server.Serves(service) ? (null, AllocationProblems.NotServed(name, service))
            : (server, null);
    }

    private async Task<(int Status, byte[] Body, Problem? Problem)> SendAsync(
        string tenant, ApplicationServer server, HttpMethod method, string path, byte[] body, CancellationToken cancellationToken)
    {
        var url = new Uri(server.Url.TrimEnd('/') + "/" + path);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(server.TimeoutSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(method, url);
            byte[] secret = vault.Unseal(ApplicationServer.Place(tenant, server.Id), server.Secret);
            request.Headers.Add(
                AllocationContract.SignatureHeader, AllocationContract.Signature(secret, time.GetUtcNow(), method.Method, url.AbsolutePath, body));
            CryptographicOperations.ZeroMemory(secret);
            if (body.Length > 0)
            {
                request.Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
            }

            using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            byte[]? answer = await ReadAsync(response.Content, either.Token);
            return answer is null
                ? (0, [], AllocationProblems.Invalid(server.Id, $"it is longer than {MaxAnswer} octets."))
                : ((int)response.StatusCode, answer, null);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (0, [], AllocationProblems.Down(server.Id, $"there was no answer in {server.TimeoutSeconds} s."));
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return (0, [], AllocationProblems.Down(server.Id, "the connection failed."));
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        using var read = new MemoryStream();
        byte[] buffer = new byte[4096];
        for (int count; (count = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            read.Write(buffer, 0, count);
            if (read.Length > MaxAnswer)
            {
                return null;
            }
        }

        return read.ToArray();
    }

    private static bool TryRead<T>(byte[] json, JsonTypeInfo<T> type, out T? value) where T : class
    {
        value = null;
        try
        {
            value = JsonSerializer.Deserialize(json, type);
            return value is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsName(string? text) => text is { Length: > 0 and <= MaxName } && text.All(c => c is > ' ' and < (char)0x7F);

    private static bool IsGood(int status) => status is >= 200 and < 300;

    private static bool IsGone(int status) => status is 404 or 410;

    private static AllocationOutcome Bad(Problem problem) => new(null, null, default, problem);
}
