using System.Diagnostics.CodeAnalysis;

namespace Tsm.Application.Hosting;

/// <summary>The name of a grain: tenant, kind and internal id. ICCID, MSISDN and the like are aliases of it.</summary>
/// <param name="Tenant">The tenant, without a slash.</param>
/// <param name="Kind">What it is: <c>card</c>.</param>
/// <param name="Id">An internal id that never changes.</param>
public readonly record struct GrainKey(string Tenant, string Kind, string Id)
{
    /// <summary><c>tenant/kind/id</c>, the form in which it is stored.</summary>
    public override string ToString() => $"{Tenant}/{Kind}/{Id}";

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException"><paramref name="text"/> has not three parts.</exception>
    public static GrainKey Parse(string text) =>
        TryParse(text, out GrainKey key) ? key : throw new FormatException($"'{text}' is not tenant/kind/id.");

    /// <summary>Reads what <see cref="ToString"/> wrote, without an exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out GrainKey key)
    {
        key = default;
        if (text?.Split('/') is not [{ Length: > 0 } tenant, { Length: > 0 } kind, { Length: > 0 } id])
        {
            return false;
        }

        key = new(tenant, kind, id);
        return true;
    }
}
