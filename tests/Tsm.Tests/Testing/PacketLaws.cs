using FsCheck.Fluent;
using Tsm.Card.Encoding;

namespace Tsm.Tests.Testing;

/// <summary>What holds for every packet.</summary>
internal static class PacketLaws
{
    /// <summary>
    /// Any octets that parse are written back unchanged, none make the parser throw, and a fault lies within the octets.
    /// </summary>
    /// <param name="maxLength">The longest input tried, in octets.</param>
    /// <param name="valid">A wire form that parses: its mutations reach deeper than blind octets do.</param>
    public static void Hold<TPacket>(int maxLength, params ReadOnlySpan<string> valid) where TPacket : struct, IPacket<TPacket>
    {
        FsCheck.Gen<byte[]> blind = ArbMap.Default.GeneratorFor<byte>().ArrayOf().Resize(maxLength);
        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(blind.ToArbitrary(), Holds<TPacket>));

        foreach (string hex in valid)
        {
            byte[] wire = Octets.Parse(hex).ToArray();
            Assert.True(TPacket.TryParse(wire, out _, out PacketError error), $"{hex}: {error}");
            var mutated =
                from index in Gen.Choose(0, wire.Length - 1)
                from value in ArbMap.Default.GeneratorFor<byte>()
                from length in Gen.Choose(0, wire.Length)
                from cut in Gen.Elements(true, false)
                select Mutate(wire, index, value, cut ? length : wire.Length);
            FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(mutated.ToArbitrary(), Holds<TPacket>));
        }
    }

    private static bool Holds<TPacket>(byte[] source) where TPacket : struct, IPacket<TPacket>
    {
        if (!TPacket.TryParse(source, out TPacket packet, out PacketError error))
        {
            return error.Fault != PacketFault.None && error.Offset >= 0 && error.Offset <= source.Length;
        }

        byte[] written = new byte[packet.Length];
        return packet.Write(written) == source.Length && written.AsSpan().SequenceEqual(source);
    }

    private static byte[] Mutate(byte[] wire, int index, byte value, int length)
    {
        byte[] mutated = [.. wire];
        mutated[index] = value;
        return mutated[..length];
    }
}
