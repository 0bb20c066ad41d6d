using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;

namespace Tsm.Card.SimFiles;

/// <summary>The commands of remote file management, of a UICC (class 00) or of a 2G SIM (class A0).</summary>
/// <remarks>
/// TS 102 226 §7.1 table 7.1, TS 102 221 §11.1, TS 102 222 §6, TS 31.116, TS 51.011 §9.2. SELECT by AID is not allowed there, so
/// it is not offered; every script begins at the MF or, where the TAR belongs to an application, at its ADF.
/// </remarks>
/// <param name="IsSim">Whether the commands are those of a 2G SIM.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct FileCommands(bool IsSim)
{
    /// <summary>The longest part that one READ BINARY or UPDATE BINARY carries, in octets.</summary>
    public const int MaxPart = 255;

    private const byte ByPathFromMf = 0x08;
    private const byte ReturnFcp = 0x04;
    private const byte ReturnNothing = 0x0C;
    private const byte Absolute = 0x04;
    private const int MaxOffset = 0x7FFF;

    /// <summary>The commands of a UICC.</summary>
    public static FileCommands Uicc { get; } = new(IsSim: false);

    /// <summary>The commands of a 2G SIM.</summary>
    public static FileCommands Sim { get; } = new(IsSim: true);

    private byte Class => IsSim ? (byte)0xA0 : (byte)0x00;

    // INCREASE and RESIZE FILE have their own class on a UICC.
    private byte OtherClass => IsSim ? (byte)0xA0 : (byte)0x80;

    /// <summary>SELECT of a file by its identifier, in the current directory or beside it.</summary>
    /// <param name="id">The file identifier.</param>
    /// <param name="withFcp">Whether a UICC returns the FCP; without, nothing is left to be fetched.</param>
    public CommandApdu Select(ushort id, bool withFcp = false)
    {
        byte p2 = IsSim ? (byte)0 : withFcp ? ReturnFcp : ReturnNothing;
        return new(Class, Instruction.Select, 0, p2, Id(id), !IsSim && withFcp ? 0 : null);
    }

    /// <summary>The SELECT commands that lead to a file: one by path on a UICC, one for each level on a SIM and in an ADF.</summary>
    public ImmutableArray<CommandApdu> Select(FilePath path, bool withFcp = false)
    {
        if (!IsSim && !path.IsInAdf && path != FilePath.MasterFile)
        {
            byte p2 = withFcp ? ReturnFcp : ReturnNothing;
            return [new(Class, Instruction.Select, ByPathFromMf, p2, path.ToOctets(), withFcp ? 0 : null)];
        }

        var commands = ImmutableArray.CreateBuilder<CommandApdu>();
        if (!path.IsInAdf)
        {
            commands.Add(Select(FilePath.MasterFileId, withFcp && path == FilePath.MasterFile));
        }

        ImmutableArray<ushort> ids = path.Ids;
        for (int i = 0; i < ids.Length; i++)
        {
            commands.Add(Select(ids[i], withFcp && i == ids.Length - 1));
        }

        return commands.ToImmutable();
    }

    /// <summary>READ BINARY of the selected transparent file.</summary>
    /// <param name="offset">Where to begin, 0 to 32767.</param>
    /// <param name="length">How many octets, 1 to 255; 0 for 256 or all there is.</param>
    public CommandApdu ReadBinary(int offset, int length) =>
        new(Class, Instruction.ReadBinary, High(offset), Low(offset), Le: length);

    /// <summary>UPDATE BINARY of the selected transparent file.</summary>
    /// <param name="offset">Where to begin, 0 to 32767.</param>
    /// <param name="data">The new content, 1 to 255 octets.</param>
    public CommandApdu UpdateBinary(int offset, Octets data) =>
        new(Class, Instruction.UpdateBinary, High(offset), Low(offset), Some(data));

    /// <summary>UPDATE BINARY as often as a content needs that is longer than a command.</summary>
    /// <param name="content">The new content from the start of the file on.</param>
    /// <param name="part">The most octets in one command, 1 to 255.</param>
    public ImmutableArray<CommandApdu> UpdateAll(Octets content, int part = MaxPart)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(part, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(part, MaxPart);
        var commands = ImmutableArray.CreateBuilder<CommandApdu>();
        for (int at = 0; at < content.Length; at += part)
        {
            commands.Add(UpdateBinary(at, content.Slice(at, Math.Min(part, content.Length - at))));
        }

        return commands.ToImmutable();
    }

    /// <summary>READ RECORD of the selected record file.</summary>
    /// <param name="record">The record, 1 to 254.</param>
    /// <param name="length">The length of a record; 0 for all there is.</param>
    public CommandApdu ReadRecord(int record, int length) =>
        new(Class, Instruction.ReadRecord, Record(record), Absolute, Le: length);

    /// <summary>UPDATE RECORD of the selected record file.</summary>
    /// <param name="record">The record, 1 to 254.</param>
    /// <param name="data">The new content, as long as a record of the file.</param>
    public CommandApdu UpdateRecord(int record, Octets data) =>
        new(Class, Instruction.UpdateRecord, Record(record), Absolute, Some(data));

    /// <summary>UPDATE RECORD of a cyclic file: the oldest record becomes the first one.</summary>
    public CommandApdu UpdateOldest(Octets data) => new(Class, Instruction.UpdateRecord, 0, 0x03, Some(data));

    /// <summary>SEARCH RECORD from a record on (on a SIM SEEK from the first): which records begin with, or hold, a pattern.</summary>
    /// <param name="pattern">What is looked for.</param>
    /// <param name="from">The record to begin with, 1 to 254; a SIM begins with the first.</param>
    public CommandApdu SearchRecord(Octets pattern, int from = 1) => IsSim
        ? new(Class, Instruction.SearchRecord, 0, 0x10, Some(pattern), Le: 0)
        : new(Class, Instruction.SearchRecord, Record(from), Absolute, Some(pattern), Le: 0);

    /// <summary>INCREASE of the selected cyclic file; the answer is its new value and what was added.</summary>
    /// <param name="value">What is added, as long as a record on a UICC, three octets on a SIM.</param>
    public CommandApdu Increase(Octets value) => new(OtherClass, Instruction.Increase, 0, 0, Some(value), Le: 0);

    /// <summary>DEACTIVATE FILE (INVALIDATE) of the selected file.</summary>
    public CommandApdu Deactivate() => new(Class, Instruction.DeactivateFile, 0, 0);

    /// <summary>ACTIVATE FILE (REHABILITATE) of the selected file.</summary>
    public CommandApdu Activate() => new(Class, Instruction.ActivateFile, 0, 0);

    /// <summary>CREATE FILE in the current directory.</summary>
    public CommandApdu Create(FileControlParameters parameters) =>
        new(Class, Instruction.CreateFile, 0, 0, parameters.ToOctets());

    /// <summary>DELETE FILE in the current directory.</summary>
    public CommandApdu Delete(ushort id) => new(Class, Instruction.Delete, 0, 0, Id(id));

    /// <summary>RESIZE FILE in the current directory.</summary>
    /// <param name="id">The file.</param>
    /// <param name="size">Its new size, in octets without structural information.</param>
    public CommandApdu Resize(ushort id, int size) => new(
        OtherClass, Instruction.ResizeFile, 0, 0, FileControlParameters.OfResize(id, size).ToOctets());

    /// <summary>VERIFY PIN.</summary>
    public CommandApdu VerifyPin(PinReference reference, Pin pin) =>
        new(Class, Instruction.VerifyPin, 0, (byte)reference, pin.ToOctets());

    /// <summary>VERIFY PIN without a PIN: how many attempts are left, in the status word <c>63Cx</c>.</summary>
    public CommandApdu AskAttempts(PinReference reference) => new(Class, Instruction.VerifyPin, 0, (byte)reference);

    /// <summary>CHANGE PIN.</summary>
    public CommandApdu ChangePin(PinReference reference, Pin old, Pin renewed) =>
        new(Class, Instruction.ChangePin, 0, (byte)reference, Octets.Concat(old.ToOctets(), renewed.ToOctets()));

    /// <summary>DISABLE PIN.</summary>
    public CommandApdu DisablePin(PinReference reference, Pin pin) =>
        new(Class, Instruction.DisablePin, 0, (byte)reference, pin.ToOctets());

    /// <summary>ENABLE PIN.</summary>
    public CommandApdu EnablePin(PinReference reference, Pin pin) =>
        new(Class, Instruction.EnablePin, 0, (byte)reference, pin.ToOctets());

    /// <summary>UNBLOCK PIN.</summary>
    public CommandApdu UnblockPin(PinReference reference, Pin unblocking, Pin renewed)
    {
        // TS 51.011 §9.2.14: a SIM calls CHV1 00 in this command only.
        byte p2 = IsSim && reference == PinReference.Pin1 ? (byte)0 : (byte)reference;
        return new(Class, Instruction.UnblockPin, 0, p2, Octets.Concat(unblocking.ToOctets(), renewed.ToOctets()));
    }

    private static Octets Id(ushort id) => Octets.Copy([(byte)(id >> 8), (byte)(id & 0xFF)]);

    private static byte High(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, MaxOffset);
        return (byte)(offset >> 8);
    }

    private static byte Low(int offset) => (byte)(offset & 0xFF);

    private static byte Record(int record)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(record, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(record, 0xFE);
        return (byte)record;
    }

    private static Octets Some(Octets data) =>
        data.IsEmpty ? throw new ArgumentException("There is no data.", nameof(data)) : data;
}
