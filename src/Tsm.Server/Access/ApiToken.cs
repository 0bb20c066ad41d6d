using System.Security.Cryptography;
using System.Text;

namespace Tsm.Server.Access;

/// <summary>The token that opens the API to the local user. It is never logged; comparison takes the same time whatever is offered.</summary>
public sealed class ApiToken
{
    /// <summary>The name of the file in the data folder.</summary>
    public const string FileName = "api-token";

    private readonly byte[] _digest;

    private ApiToken(string value)
    {
        Value = value;
        _digest = Digest(value);
    }

    /// <summary>The token itself, for the ready file.</summary>
    internal string Value { get; }

    /// <summary>Reads the token of a data folder; on the first start makes one of 256 bits, readable by its owner alone.</summary>
    /// <exception cref="InvalidDataException">The file is there but holds no token.</exception>
    public static ApiToken Open(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            string token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            PrivateFile.Write(path, token + "\n");
            return new(token);
        }

        string text = File.ReadAllText(path).Trim();
        return text.Length >= 32
            ? new(text)
            : throw new InvalidDataException($"{path} holds no token of at least 32 characters. Delete it, and the server makes a new one.");
    }

    /// <summary>Whether <paramref name="offered"/> is the token.</summary>
    public bool Matches(string offered) => CryptographicOperations.FixedTimeEquals(_digest, Digest(offered));

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
