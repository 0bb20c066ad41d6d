using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Tsm.Application.Jobs;
using Tsm.Application.Ports;
using Tsm.Application.Providers;
using Tsm.Card.Encoding;
using Tsm.Server.Api;

namespace Tsm.Server.Access;

/// <summary>Says whom a token lets in. What it knows it asks again after seconds: a revocation holds on all nodes within five.</summary>
internal sealed class TokenKeeper(ApiToken local, IApiTokens tokens, IBooks books, TimeProvider time)
{
    /// <summary>What tokens begin with that were made for somebody: so that they are found where they do not belong.</summary>
    public const string Prefix = "tsm_";

    private const int SecretOctets = 32;
    private const int Length = 4 + 2 * SecretOctets;
    private const int MostKnown = 10_000;

    private static readonly TimeSpan KnownFor = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>Makes a token: what its holder sends, and the hash by which it is known.</summary>
    public static (string Token, Octets Hash) Create()
    {
        string token = Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretOctets));
        return (token, Hash(token));
    }

    /// <summary>The caller that a token stands for, or the problem with which it is refused.</summary>
    /// <param name="offered">What was sent.</param>
    /// <param name="claim">On whose behalf, as the caller says.</param>
    public async Task<(Caller? Caller, Problem? Problem)> FindAsync(string offered, string? claim, CancellationToken cancellationToken)
    {
        if (local.Matches(offered))
        {
            return (Caller.Local(claim), null);
        }

        // Guesses that have not even the form cost no look at the database.
        if (offered.Length != Length || !offered.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return (null, ApiProblems.TokenWrong);
        }

        Octets hash = Hash(offered);
        string key = hash.ToString();
        if (!_known.TryGetValue(key, out Known? known) || time.GetElapsedTime(known.At) >= KnownFor)
        {
            known = await LookUpAsync(hash, cancellationToken);
            if (known is null)
            {
                _known.TryRemove(key, out _);
                return (null, ApiProblems.TokenWrong);
            }

            Remember(key, known);
        }

        return known.Token.RevokedAt is not null ? (null, ApiProblems.TokenRevoked)
            : known.Token.ExpiresAt <= time.GetUtcNow() ? (null, ApiProblems.TokenExpired)
            : known.HasProviderEnded ? (null, ProviderProblems.Ended(known.Token.Scope!))
            : (Caller.Of(known.Token, known.Role, claim), null);
    }

    /// <summary>Forgets what is known, so that a change holds on this node at once.</summary>
    public void Forget() => _known.Clear();

    private async Task<Known?> LookUpAsync(Octets hash, CancellationToken cancellationToken)
    {
        long at = time.GetTimestamp();
        if (await tokens.FindAsync(hash, cancellationToken) is not { } token || !Enum.TryParse(token.Role, out Role role))
        {
            return null;
        }

        bool ended = role == Role.Provider
            && (token.Scope is null || await books.FindAsync<Provider>(token.Tenant, token.Scope, cancellationToken) is not { Document.EndedAt: null });
        DateOnly today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (token.UsedOn is not { } day || day < today)
        {
            await tokens.UsedAsync(token.Tenant, token.Id, today, cancellationToken);
        }

        return new(token, role, ended, at);
    }

    private void Remember(string key, Known known)
    {
        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        _known[key] = known;
    }

    private static Octets Hash(string token) => Octets.Copy(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    /// <summary>A token as it was at a moment.</summary>
    private sealed record Known(ApiTokenRow Token, Role Role, bool HasProviderEnded, long At);
}
