using System.Text;
using Tsm.Application.Cards;
using Tsm.Application.Hosting;
using Tsm.Application.Ports;
using Tsm.Card.Encoding;
using Tsm.Security.Keys;

namespace Tsm.Server.Import;

/// <summary>
/// Cards of an import between the check of the last line and the transaction: in a file, because a million of them do not
/// belong into memory and a slow upload must not hold a transaction open. Keys are in it only as the vault has wrapped them.
/// </summary>
internal sealed class CardSpool : IDisposable
{
    private const int Buffer = 128 * 1024;

    private readonly FileStream _file;
    private readonly BinaryWriter _writer;
    private readonly Dictionary<string, CardModel> _models = new(StringComparer.Ordinal);

    private CardSpool(FileStream file)
    {
        _file = file;
        _writer = new(file, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>How many were added.</summary>
    public int Count { get; private set; }

    /// <summary>An empty spool whose file only its owner can read and which goes with it.</summary>
    public static CardSpool Create()
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = Buffer,
            Options = FileOptions.DeleteOnClose | FileOptions.SequentialScan,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new(new(Path.Combine(Path.GetTempPath(), $"tsm-import-{Guid.NewGuid():N}"), options));
    }

    /// <summary>Adds a card with its wrapped keys.</summary>
    public void Add(string id, CheckedCard card, WrappedKeySet keys)
    {
        _models[card.Model.Name] = card.Model;
        _writer.Write(id);
        _writer.Write(card.Iccid);
        _writer.Write(card.Msisdn);
        _writer.Write(card.Model.Name);
        _writer.Write(card.KeyVersion);
        _writer.Write(card.Counter);
        _writer.Write((int)keys.Algorithm);
        foreach (Octets octets in new[] { keys.Kic, keys.Kid, keys.Dek, keys.KicCheckValue, keys.KidCheckValue, keys.DekCheckValue })
        {
            _writer.Write7BitEncodedInt(octets.Length);
            _writer.Write(octets.Span);
        }

        Count++;
    }

    /// <summary>The cards in their order, read again from the start each time.</summary>
    /// <param name="tenant">Whose they are.</param>
    /// <param name="machine">Writes their first state.</param>
    public IEnumerable<ImportedCard> Read(string tenant, IMachine machine)
    {
        _writer.Flush();
        _file.Position = 0;
        using var reader = new BinaryReader(_file, Encoding.UTF8, leaveOpen: true);
        for (int i = 0; i < Count; i++)
        {
            var key = new GrainKey(tenant, machine.Kind, reader.ReadString());
            string iccid = reader.ReadString(), msisdn = reader.ReadString();
            CardModel model = _models[reader.ReadString()];
            int version = reader.ReadInt32();
            CardState state = CardMachine.Create(iccid, msisdn, model, road: "", version, reader.ReadUInt64());
            var keys = new WrappedKeySet(
                version, (KeyAlgorithm)reader.ReadInt32(), Next(reader), Next(reader), Next(reader), Next(reader), Next(reader), Next(reader));
            yield return new(key, machine.Schema, machine.Serialize(state), [keys], CardMachine.Row(key, state));
        }
    }

    public void Dispose()
    {
        _writer.Dispose();
        _file.Dispose();
    }

    private static Octets Next(BinaryReader reader) => Octets.Own(reader.ReadBytes(reader.Read7BitEncodedInt()));
}
