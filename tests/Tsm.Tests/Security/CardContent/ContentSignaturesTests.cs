using System.Security.Cryptography;
using Tsm.Card.CapFiles;
using Tsm.Card.Encoding;
using Tsm.Card.GlobalPlatform;
using Tsm.Card.Identifiers;
using Tsm.Security.CardContent;
using Tsm.Security.Crypto;
using Tsm.Security.Keys;
using Tsm.Tests.Security.Channels;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.CardContent;

public sealed class ContentSignaturesTests
{
    private static readonly Aid LoadFile = Aid.Parse("AA1902BC225801"), Instance = Aid.Parse("AA1902BC22580101");
    private static readonly Aid Domain = Aid.Parse("A000000003000001");

    public sealed record TokenCase(string Name, SignatureBits Kind, string Key, string Command, string Input, string Token, string Data)
    {
        public override string ToString() => Name;
    }

    public sealed record ReceiptCase(string Name, string Operation, SignatureBits Kind, string Key, string Answer, string Input)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("gp/tokens.json")]
    public void Tokens_are_verified_and_made(TokenCase vector)
    {
        using ContentKey key = Key(vector.Kind, vector.Key);
        ChainedCommand command = Sessions.Command(vector.Command);
        Octets token = Octets.Parse(vector.Token);

        Assert.Equal(vector.Kind, key.Algorithm);
        Assert.Equal(Octets.Parse(vector.Input), DelegationToken.Input(command));
        Assert.Equal(Octets.Parse(vector.Data), DelegationToken.Attach(command, token).Data);
        Assert.True(ContentSignatures.IsPermitted(command, token, key));
        Assert.False(ContentSignatures.IsPermitted(command with { P1 = 0x04 }, token, key));
        Assert.False(ContentSignatures.IsPermitted(command, token.Slice(1), key));
        ChainedCommand permitted = ContentSignatures.Permit(command, key);
        Assert.Equal(DelegationToken.Attach(command, token).Data.Length, permitted.Data.Length);
        Assert.True(ContentSignatures.IsPermitted(command, permitted.Data.Slice(permitted.Data.Length - token.Length), key));
        Assert.True(InstallCommand.TryParse(permitted, out InstallRequest request, out PacketError error), error.ToString());
        Assert.Equal(token.Length, request.Token.Length);
        if (vector.Kind is SignatureBits.RsaPkcs1Sha1 or SignatureBits.DesMac or SignatureBits.AesCmac128 or SignatureBits.AesCmac256)
        {
            Assert.Equal(Octets.Parse(vector.Data), permitted.Data);
        }
    }

    [Theory, VectorData("gp/receipts.json")]
    public void Receipts_are_read_verified_and_made(ReceiptCase vector)
    {
        using ContentKey key = Key(vector.Kind, vector.Key);
        Octets answer = Octets.Parse(vector.Answer);

        Assert.True(Receipt.TryParse(answer.Span, out Receipt receipt, out PacketError error), error.ToString());

        Octets input = Input(receipt, vector.Operation);
        Assert.Equal(Octets.Parse(vector.Input), input);
        Assert.True(ContentSignatures.Proves(receipt, input, key));
        Assert.False(ContentSignatures.Proves(receipt, Input(receipt with { Confirmation = receipt.Confirmation with { Counter = 8 } }, vector.Operation), key));
        Assert.Equal(receipt, ContentSignatures.Confirm(receipt.Confirmation, r => Input(r, vector.Operation), key));
    }

    [Fact]
    public void Receipts_obey_the_packet_laws()
    {
        PacketLaws.Hold<Receipt>(28, "1510000102030405060708090A0B0C0D0E0F02000100", "1008000102030405060702000101420101");
        PacketLaws.Hold<ConfirmationData>(12, "02000100", "020001024243024243", "0200010142010102AABB");
        Assert.True(Receipt.IsNone([0]) && Receipt.IsNone([]) && !Receipt.IsNone([1, 0]));
    }

    [Fact]
    public void A_token_of_DELETE_stands_in_9E_and_nothing_takes_two()
    {
        using ContentKey key = Key(SignatureBits.DesMac, "404142434445464748494A4B4C4D4E4F");
        ChainedCommand delete = DeleteCommand.For(Instance, related: false);

        ChainedCommand permitted = ContentSignatures.Permit(delete, key);

        Assert.True(DeleteCommand.TryParse(permitted.ToApdu(), out DeleteRequest request, out _));
        Assert.Equal(Octets.Parse("00000A4F08AA1902BC22580101"), DelegationToken.Input(delete));
        Assert.True(ContentSignatures.IsPermitted(delete, request.Token, key));
        Assert.Throws<ArgumentException>(() => ContentSignatures.Permit(permitted, key));
        Assert.Throws<ArgumentException>(() => ContentSignatures.Permit(GetDataCommand.For(0x66), key));
    }

    [Fact]
    public void The_length_of_long_data_stands_in_three_octets()
    {
        ChainedCommand command = new(0x80, 0xE6, 0x0C, 0, Octets.Own([.. Enumerable.Repeat((byte)1, 300), 0]));

        Assert.Equal(Octets.Parse("0C0000012C"), DelegationToken.Input(command).Slice(0, 5));
        Assert.Equal(305, DelegationToken.Input(command).Length);
    }

    [Theory]
    [InlineData(LoadFileHashAlgorithm.Sha1, "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    [InlineData(LoadFileHashAlgorithm.Sha256, "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD")]
    public void Hashes_are_those_of_FIPS_180(LoadFileHashAlgorithm algorithm, string expected) =>
        Assert.Equal(Octets.Parse(expected), LoadFileHash.Compute(algorithm, "abc"u8));

    [Theory, VectorData("gp/tokens.json")]
    public void A_DAP_block_stands_before_the_data_block_and_holds(TokenCase vector)
    {
        using ContentKey key = Key(vector.Kind, vector.Key);
        Octets dataBlock = Octets.Parse("0100110011DECAFFED010204000107AA1902BC225801");
        Octets hash = LoadFileHash.Compute(LoadFileHashAlgorithm.Sha256, dataBlock.Span);

        Octets file = Tsm.Card.CapFiles.LoadFile.Wrap(dataBlock, ContentSignatures.SignHash(Domain, hash, key));

        Assert.True(DapBlock.TryReadAll(file.Span, out var blocks, out PacketError error), error.ToString());
        DapBlock block = Assert.Single(blocks);
        Assert.Equal(Domain, block.SecurityDomain);
        Assert.True(ContentSignatures.Holds(block, hash, key));
        Assert.False(ContentSignatures.Holds(block, hash.Slice(1), key));
        Assert.Equal(0xE2, file[0]);
        Assert.EndsWith("C416" + dataBlock, file.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("C40101", 0, PacketFault.None)]
    [InlineData("E200C40101", 0, PacketFault.LengthMismatch)]
    [InlineData("E20A4F05A000000003C30155", 1, PacketFault.None)]
    [InlineData("E20B4F05A000000003C30155", 0, PacketFault.Truncated)]
    public void Reads_DAP_blocks_or_says_what_is_wrong(string hex, int count, PacketFault fault)
    {
        Assert.Equal(fault == PacketFault.None, DapBlock.TryReadAll(Octets.Parse(hex).Span, out var blocks, out PacketError error));

        Assert.Equal((count, fault), (blocks.Length, error.Fault));
    }

    [Theory]
    [InlineData(KeyAlgorithm.Aes, "000102030405060708090A0B0C0D0E0F", "", "0A940BB5416EF045F1C39458C653EA5A")]
    [InlineData(KeyAlgorithm.Aes, "000102030405060708090A0B0C0D0E0F", "00112233445566778899AABBCCDDEEFF", null)]
    [InlineData(KeyAlgorithm.TripleDes, "000102030405060708090A0B0C0D0E0F", "0011223344556677", null)]
    public void A_load_file_is_ciphered_and_deciphered(KeyAlgorithm algorithm, string hex, string initial, string? first)
    {
        using var key = KeyMaterial.From(Octets.Parse(hex).Span, algorithm);
        Octets clear = Octets.Parse("000102030405060708090A0B0C0D0E0F101112"), value = Octets.Parse(initial);

        Octets ciphered = LoadFileCipher.Encipher(clear, key, value);

        Assert.True(LoadFileCipher.TryDecipher(ciphered, key, value, out Octets deciphered));
        Assert.Equal(clear, deciphered);
        Assert.Equal(first ?? ciphered.ToString()[..32], ciphered.ToString()[..32]);
        Assert.False(LoadFileCipher.TryDecipher(ciphered.Slice(1), key, value, out _));
        Assert.Throws<ArgumentException>(() => LoadFileCipher.Encipher(clear, key, Octets.Parse("00")));
        Assert.StartsWith("D4", Tsm.Card.CapFiles.LoadFile.WrapCiphered(ciphered, default).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_says_its_algorithm_and_nothing_else()
    {
        using ContentKey key = Key(SignatureBits.AesCmac128, "404142434445464748494A4B4C4D4E4F");

        Assert.Equal("AesCmac128", key.ToString());
        Assert.Throws<ArgumentException>(() => ContentKey.From(KeyMaterial.From(new byte[24], KeyAlgorithm.TripleDes)));
        using var small = RSA.Create(512);
        Assert.Throws<ArgumentException>(() => ContentKey.From(small));
    }

    private static Octets Input(Receipt receipt, string operation) => operation switch
    {
        "Load" => receipt.LoadInput(LoadFile, Domain),
        "Install" => receipt.InstallInput(LoadFile, Instance),
        "Delete" => receipt.DeleteInput(Instance),
        "Extradition" => receipt.ExtraditionInput(Aid.IssuerSecurityDomain, Instance, Domain),
        _ => receipt.RegistryUpdateInput(Aid.IssuerSecurityDomain, Instance, Domain, Octets.Parse("804000"), Octets.Parse("EF00")),
    };

    private static ContentKey Key(SignatureBits kind, string hex)
    {
        byte[] octets = Octets.Parse(hex).ToArray();
        switch (kind)
        {
            case SignatureBits.DesMac:
                return ContentKey.From(KeyMaterial.From(octets, KeyAlgorithm.TripleDes));
            case SignatureBits.AesCmac128 or SignatureBits.AesCmac192 or SignatureBits.AesCmac256:
                return ContentKey.From(KeyMaterial.From(octets, KeyAlgorithm.Aes));
            case SignatureBits.RsaPkcs1Sha1 or SignatureBits.RsaPssSha256:
                var rsa = RSA.Create();
                rsa.ImportPkcs8PrivateKey(octets, out _);
                return ContentKey.From(rsa);
            default:
                var ecdsa = ECDsa.Create();
                ecdsa.ImportPkcs8PrivateKey(octets, out _);
                return ContentKey.From(ecdsa);
        }
    }
}
