namespace Tsm.Security.Channels;

/// <summary>What a secure channel does to commands and responses: P1 of EXTERNAL AUTHENTICATE.</summary>
/// <remarks>GPCS 2.3.1 annex E, Amd D §7.1.2. Bits: 01 C-MAC, 02 C-DECRYPTION, 10 R-MAC, 20 R-ENCRYPTION.</remarks>
public enum SecurityLevel
{
    /// <summary>Both sides have proven their keys; nothing is protected afterwards.</summary>
    Authenticated = 0x00,

    /// <summary>Commands carry a C-MAC.</summary>
    CommandMac = 0x01,

    /// <summary>Commands are ciphered and carry a C-MAC.</summary>
    CommandEncryption = 0x03,

    /// <summary>Responses carry an R-MAC; SCP02 only.</summary>
    ResponseMac = 0x10,

    /// <summary>Commands carry a C-MAC and responses an R-MAC.</summary>
    BothMac = 0x11,

    /// <summary>Commands are ciphered and carry a C-MAC, responses carry an R-MAC.</summary>
    CommandEncryptionBothMac = 0x13,

    /// <summary>Commands and responses are ciphered and carry MACs; SCP03 only.</summary>
    BothEncryption = 0x33,
}

/// <summary>The bits of a security level.</summary>
internal static class SecurityLevels
{
    private const int CMac = 0x01, CDecryption = 0x02, RMac = 0x10, REncryption = 0x20;

    extension(SecurityLevel level)
    {
        public bool SignsCommands => ((int)level & CMac) != 0;

        public bool CiphersCommands => ((int)level & CDecryption) != 0;

        public bool SignsResponses => ((int)level & RMac) != 0;

        public bool CiphersResponses => ((int)level & REncryption) != 0;
    }
}
