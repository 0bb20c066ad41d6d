using System.Collections.Immutable;
using System.Security.Cryptography;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;

namespace Tsm.Simulator.Content;

/// <summary>What STORE DATA brought to an application: its data groups, in the order in which they first came.</summary>
/// <remarks>The application is a thought of ours, so nobody asks what the groups mean: a group that comes again replaces itself.</remarks>
/// <param name="Groups">The groups; data without groups stand in 0070 or, unstructured, in 0000.</param>
/// <param name="Rounds">How often the application was personalised.</param>
public sealed record Personalisation(ImmutableArray<DataGroup> Groups, int Rounds)
{
    /// <summary>SHA-256 of the groups one after the other, as STORE DATA carries them.</summary>
    public Octets Digest() => Octets.Own(SHA256.HashData(DataGroup.Join(Groups.AsSpan()).Span));

    /// <summary>What an application has after one more round.</summary>
    /// <param name="before">What it had; null for nothing.</param>
    /// <param name="groups">What came.</param>
    internal static Personalisation After(Personalisation? before, ImmutableArray<DataGroup> groups)
    {
        var all = (before?.Groups ?? []).ToBuilder();
        foreach (DataGroup group in groups)
        {
            int at = IndexOf(all, group.Identifier);
            if (at < 0)
            {
                all.Add(group);
            }
            else
            {
                all[at] = group;
            }
        }

        return new(all.ToImmutable(), (before?.Rounds ?? 0) + 1);
    }

    private static int IndexOf(ImmutableArray<DataGroup>.Builder groups, ushort identifier)
    {
        for (int i = 0; i < groups.Count; i++)
        {
            if (groups[i].Identifier == identifier)
            {
                return i;
            }
        }

        return -1;
    }
}
