using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Explain;
using Tsm.Security.Keys;

namespace Tsm.Cli.Explaining;

/// <summary>Keys to try, one set a line: <c>{"name": "key version 1", "kic": "..", "kid": "..", "algorithm": "aes"}</c>.</summary>
/// <remarks>Keys come from a file and never from the command line, which others on the machine can read.</remarks>
internal sealed class KeyFile : IDisposable
{
    private readonly List<NamedKeys> _keys = [];

    public ImmutableArray<NamedKeys> Keys => [.. _keys];

    /// <summary>Reads a file of keys.</summary>
    /// <exception cref="ProblemException">A line is no key set; it says which line and why, and shows nothing of it.</exception>
    public static KeyFile Read(string text)
    {
        var file = new KeyFile();
        try
        {
            string[] lines = text.Split('\n');
            for (int i = 0; i < lines.Length; i++)
            {
                if (lines[i].Trim().Length > 0)
                {
                    file.Add(lines[i], i + 1);
                }
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (NamedKeys keys in _keys)
        {
            keys.Keys.Dispose();
        }
    }

    private void Add(string line, int number)
    {
        byte[] kic = [], kid = [];
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            kic = Convert.FromHexString(root.GetProperty("kic").GetString()!);
            kid = Convert.FromHexString(root.GetProperty("kid").GetString()!);
            string name = root.TryGetProperty("name", out JsonElement given) && given.ValueKind == JsonValueKind.String
                ? given.GetString()!
                : $"keys of line {number.ToString(CultureInfo.InvariantCulture)}";
            string? algorithm = root.TryGetProperty("algorithm", out JsonElement word) ? word.GetString() : null;
            foreach (KeyAlgorithm kind in Kinds(algorithm, kic.Length))
            {
                string shown = algorithm is null && kic.Length is 16 or 24 ? $"{name} as {(kind == KeyAlgorithm.Aes ? "AES" : "triple DES")}" : name;
                _keys.Add(new(shown, Security.Keys.KeySet.ForLaboratory(KeyMaterial.From(kic, kind), KeyMaterial.From(kid, kind))));
            }
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or FormatException or ArgumentException or InvalidOperationException or ArgumentNullException)
        {
            throw new ProblemException(
                new()
                {
                    Title = "The file of keys cannot be used",
                    Detail = $"Line {number.ToString(CultureInfo.InvariantCulture)} is no key set.",
                    Layer = "cli",
                    Code = "BAD_KEYS",
                    Next = """Give one JSON object a line: {"name": "key version 1", "kic": "..", "kid": "..", "algorithm": "aes" or "3des"}.""",
                },
                ExitCode.Usage);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(kic);
            CryptographicOperations.ZeroMemory(kid);
        }
    }

    /// <summary>Keys of 16 and 24 octets are of either kind where it is not said.</summary>
    private static KeyAlgorithm[] Kinds(string? algorithm, int length) => (algorithm?.ToUpperInvariant(), length) switch
    {
        ("AES", _) or (null, 32) => [KeyAlgorithm.Aes],
        ("DES", _) or (null, 8) => [KeyAlgorithm.Des],
        ("3DES", _) => [KeyAlgorithm.TripleDes],
        (null, _) => [KeyAlgorithm.Aes, KeyAlgorithm.TripleDes],
        _ => throw new FormatException(),
    };
}
