using Tsm.Card.Encoding;
using Tsm.Security.AuditTrail;
using Tsm.Security.Keys;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Security.AuditTrail;

/// <summary>Chain and signatures of the audit trail, against an export that other programs have computed and signed.</summary>
public sealed class AuditVerificationTests
{
    public sealed record Case(string Name, IReadOnlyList<string> Lines, string Expected)
    {
        public override string ToString() => Name;
    }

    [Theory, VectorData("audit/exports.json")]
    public void Verifies_what_other_programs_have_sealed(Case vector)
    {
        AuditLine[] lines = [.. vector.Lines.Select(Read)];
        var verification = new AuditVerification("default", lines[0].Key!, null);
        foreach (AuditLine line in lines)
        {
            if (line.Entry is not null)
            {
                verification.Add(line.Entry);
            }
            else if (line.Head is not null)
            {
                verification.Add(line.Head);
            }
        }

        Assert.Equal(vector.Expected, verification.Complete()?.Code ?? "intact");
    }

    [Theory, VectorData("audit/exports.json")]
    public void A_line_that_is_read_writes_back_what_it_says(Case vector)
    {
        foreach (string text in vector.Lines)
        {
            string written = System.Text.Encoding.UTF8.GetString(Read(text).Write());

            Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(
                System.Text.Json.Nodes.JsonNode.Parse(text), System.Text.Json.Nodes.JsonNode.Parse(written)), written);
        }
    }

    /// <summary>Found by <c>FuzzTests</c>: it threw where the platform does not know the curve.</summary>
    [Fact]
    public void A_key_of_an_unknown_curve_is_none()
    {
        // SubjectPublicKeyInfo of P-256, but one octet of the curve's name is another: 2A 76 instead of 2A 86.
        var unknown = Octets.Parse(
            "3059301306072A8648CE3D020106082A7648CE3D030107034200"
            + "04D689317B05A759A7846E7C3A685205981D78261FDBB57514FDFEB16815694E395D34368078935154A3050DC4A16E2DA61974351A2C47FD481C70540940F78F23");

        Assert.False(AuditPublicKey.TryRead(unknown.Span, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":"entry"}""")]
    [InlineData("""{"type":"key","tenant":"t","pem":"none"}""")]
    [InlineData("""{"type":"head","tenant":"t","number":1,"position":1,"hash":"XX","at":"2026","key":"","signature":""}""")]
    public void A_line_that_is_none_is_told(string text)
    {
        Assert.False(AuditLine.TryRead(text, out _, out string problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void A_signing_key_rests_under_the_vault_and_opens_at_its_place_only()
    {
        using AuditSigningKey key = AuditSigningKey.From([.. Enumerable.Repeat((byte)0x42, AuditSigningKey.Size)]);
        using VaultKey vault = VaultKey.From([.. Enumerable.Repeat((byte)7, VaultKey.Size)]);
        Octets wrapped = KeyWrapping.Wrap(key, vault, new byte[KeyWrapping.NonceLength], [1]);

        Assert.True(KeyWrapping.TryUnwrap(wrapped, vault, [1], out AuditSigningKey? opened));
        Assert.Equal(key.Public.Id, opened.Public.Id);
        opened.Dispose();
        Assert.False(KeyWrapping.TryUnwrap(wrapped, vault, [2], out AuditSigningKey? _));
        Assert.False(KeyWrapping.TryUnwrap(wrapped, vault, [1], out VaultKey? _));
        Assert.False(KeyWrapping.TryUnwrap(wrapped, vault, [1], out KeyMaterial? _));
        Assert.DoesNotContain("42424242", key.ToString(), StringComparison.Ordinal);
    }

    [Theory, InlineData(0x00), InlineData(0xFF)]
    public void A_number_that_is_no_private_key_is_refused(byte octet)
    {
        byte[] scalar = [.. Enumerable.Repeat(octet, AuditSigningKey.Size)];

        Assert.False(AuditSigningKey.IsScalar(scalar));
        Assert.Throws<ArgumentException>(() => AuditSigningKey.From(scalar));
    }

    private static AuditLine Read(string text) =>
        AuditLine.TryRead(text, out AuditLine? line, out string problem) ? line : throw new FormatException(problem);
}
