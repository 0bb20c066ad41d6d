using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Hosting;

namespace Tsm.Application.Requests;

/// <summary>The names of requests and of their jobs: made from what the requester says, so that a repetition finds them again.</summary>
public static class RequestIds
{
    private const int Digits = 24;

    /// <summary>The id of a request.</summary>
    /// <param name="origin">From which side it comes.</param>
    /// <param name="requester">Who asks: keys of two requesters never meet.</param>
    /// <param name="key">His key; null for one of our own, which nobody can repeat.</param>
    public static string Of(RequestOrigin origin, string requester, string? key)
    {
        ArgumentNullException.ThrowIfNull(requester);
        if (key is null)
        {
            return "r-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(Digits / 2));
        }

        string text = string.Create(CultureInfo.InvariantCulture, $"{origin}|{requester.Length}:{requester}|{key}");
        return "r-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..Digits];
    }

    /// <summary>The id of the n-th job of a request, 1 for the first.</summary>
    public static string Job(string request, int number) => string.Create(CultureInfo.InvariantCulture, $"{request}-{number}");

    /// <summary>The id of the n-th audit of a request, 1 for the first.</summary>
    public static string Audit(string request, int number) => string.Create(CultureInfo.InvariantCulture, $"{request}-audit-{number}");

    /// <summary>The id of the job that takes away what a request has left on the card.</summary>
    public static string Cleaning(string request) => request + "-clean";

    /// <summary>What a card is called when it asks by itself.</summary>
    public static string Sender(GrainKey? card, string number) => card is { } key ? $"card:{key.Id}" : $"number:{number}";
}
