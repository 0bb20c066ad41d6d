using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Tsm.Canteen;

/// <summary>A key and a serial number of one card, and what became of them.</summary>
public sealed record CanteenAllocation
{
    /// <summary>Its name.</summary>
    public required string Id { get; init; }

    /// <summary>The request that asked for it first.</summary>
    public required string Request { get; init; }

    /// <summary>The service.</summary>
    public required string Service { get; init; }

    /// <summary>The card.</summary>
    public required string Iccid { get; init; }

    /// <summary>The serial number, eight digits.</summary>
    public required string Serial { get; init; }

    /// <summary>The key, hexadecimal.</summary>
    public required string Key { get; init; }

    /// <summary>allocated, used or released.</summary>
    public string State { get; init; } = "allocated";

    /// <summary>What is on the card, in cents.</summary>
    public int Balance { get; init; } = 5000;
}

/// <summary>What the canteen has allocated: a key and a serial number for each service and card, in memory and, if wished, in a file.</summary>
public sealed class CanteenBooks
{
    private const int KeyOctets = 16;

    private readonly Lock _lock = new();
    private readonly string? _file;
    private readonly List<CanteenAllocation> _all;
    private int _lastSerial;

    /// <summary>Opens the books.</summary>
    /// <param name="file">Where they are kept; null for memory.</param>
    public CanteenBooks(string? file)
    {
        _file = file;
        _all = file is not null && File.Exists(file) ? JsonSerializer.Deserialize<List<CanteenAllocation>>(File.ReadAllBytes(file)) ?? [] : [];
        _lastSerial = _all.Select(a => int.Parse(a.Serial, CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max();
    }

    /// <summary>All that was ever allocated.</summary>
    public IReadOnlyList<CanteenAllocation> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _all];
            }
        }
    }

    /// <summary>Allocates; the same request is answered with the same, and a card that has a number keeps it.</summary>
    /// <param name="repeated">A number to give although another card has it: a fault, on request.</param>
    public CanteenAllocation Allocate(string request, string service, string iccid, string? repeated = null)
    {
        lock (_lock)
        {
            if (_all.Find(a => a.Request == request) is { } same)
            {
                return same;
            }

            CanteenAllocation? before = _all.FindLast(a => a.Service == service && a.Iccid == iccid);
            var made = new CanteenAllocation
            {
                Id = "c-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)),
                Request = request,
                Service = service,
                Iccid = iccid,
                Serial = repeated ?? before?.Serial ?? (++_lastSerial).ToString("D8", CultureInfo.InvariantCulture),
                Key = Convert.ToHexString(RandomNumberGenerator.GetBytes(KeyOctets)),
            };
            _all.Add(made);
            Save();
            return made;
        }
    }

    /// <summary>Notes what became of an allocation; null when there is none. To say it again does no harm.</summary>
    public CanteenAllocation? Turn(string id, string state)
    {
        lock (_lock)
        {
            int at = _all.FindIndex(a => a.Id == id);
            if (at < 0)
            {
                return null;
            }

            _all[at] = _all[at] with { State = state };
            Save();
            return _all[at];
        }
    }

    /// <summary>Pays a meal; null when the card has no canteen card in use, or too little money.</summary>
    public CanteenAllocation? Pay(string iccid, string service, int amount)
    {
        lock (_lock)
        {
            int at = _all.FindLastIndex(a => a.Iccid == iccid && a.Service == service && a.State == "used");
            if (at < 0 || _all[at].Balance < amount)
            {
                return null;
            }

            _all[at] = _all[at] with { Balance = _all[at].Balance - amount };
            Save();
            return _all[at];
        }
    }

    private void Save()
    {
        if (_file is not null)
        {
            string temporary = _file + ".new";
            File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(_all));
            File.Move(temporary, _file, overwrite: true);
        }
    }
}
