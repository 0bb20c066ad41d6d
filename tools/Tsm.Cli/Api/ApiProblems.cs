using System.Text.Json;

namespace Tsm.Cli.Api;

/// <summary>What the command line says when the server refuses, is silent or is somebody else.</summary>
internal static class ApiProblems
{
    private const int ExcerptLength = 200;

    /// <summary>The problem of an error answer: the server's own where it sent one.</summary>
    public static ProblemException Of(Uri server, HttpResponseMessage response, string body)
    {
        int status = (int)response.StatusCode;
        Problem? problem = Read(response, body);
        if (problem?.Code is null && status is 401 or 403)
        {
            return new(NotAuthorised(server, status), ExitCode.Unreachable);
        }

        return problem?.Code is null ? NotOurs(server, response, body) : new(problem, ExitCode.Of(status, problem.Layer));
    }

    /// <summary>The answer is none of Tsm's.</summary>
    public static ProblemException NotOurs(Uri server, HttpResponseMessage response, string body) => new(
        new()
        {
            Title = "The answer is not one of a Tsm server",
            Status = (int)response.StatusCode,
            Detail = $"{server} answered {(int)response.StatusCode} {response.ReasonPhrase} without a result or a problem that could be read.",
            Layer = "api",
            Code = "API_UNEXPECTED_ANSWER",
            Cause = "Another program listens there, a proxy answers in its place, or its version does not fit this one.",
            Next = "Check the address (--server, TSM_URL); `tsm --version` should be the server's version.",
            Evidence = [$"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}", Excerpt(body)],
        },
        ExitCode.Of((int)response.StatusCode, "lifecycle"));

    /// <summary>The answer claims success, but is not of the form agreed on.</summary>
    public static ProblemException Unreadable(Uri server, string path, JsonException fault) => new(
        new()
        {
            Title = "The server's answer cannot be read",
            Detail = $"The answer of {server} to {path} is not the JSON that was expected.",
            Layer = "api",
            Code = "API_UNEXPECTED_ANSWER",
            Cause = "Another program listens there, or its version does not fit this one.",
            Next = "Check the address (--server, TSM_URL); `tsm --version` should be the server's version.",
            Evidence = [fault.Message],
        },
        ExitCode.Refused);

    /// <summary>Nobody answers.</summary>
    public static ProblemException Unreachable(Uri server, string reason) => new(
        new()
        {
            Title = "The server does not answer",
            Detail = $"No connection to {server}: {reason}.",
            Layer = "api",
            Code = "SERVER_UNREACHABLE",
            Cause = "The server is not running, or the address is wrong.",
            Next = "Start one with `tsm server`, or give the address with --server or TSM_URL.",
            Evidence = [reason],
        },
        ExitCode.Unreachable);

    private static Problem NotAuthorised(Uri server, int status) => new()
    {
        Title = "The server does not let us in",
        Status = status,
        Detail = $"{server} refused the token ({status}).",
        Layer = "api",
        Code = "NOT_AUTHORISED",
        Cause = "The token is missing, of another server, or was withdrawn.",
        Next = "Give the token with --token or TSM_TOKEN; the server's data folder holds one in the file api-token.",
    };

    private static Problem? Read(HttpResponseMessage response, string body)
    {
        if (response.Content.Headers.ContentType?.MediaType is not ("application/problem+json" or "application/json"))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(body, TsmJson.Default.Problem);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Excerpt(string body) =>
        body.Length == 0 ? "(empty body)" : body.Length <= ExcerptLength ? body : body[..ExcerptLength] + "...";
}
