using System.Text.Json;

namespace Tsm.Simulator.Hosting;

/// <summary>Tells the process that started the simulator where it listens.</summary>
/// <param name="SmppPort">The TCP port of the SMSC.</param>
/// <param name="ControlUrl">The base address of the control API.</param>
/// <param name="Pid">The process.</param>
public sealed record ReadyFile(int SmppPort, string ControlUrl, int Pid)
{
    /// <summary>Writes the file so that a reader sees all of it or nothing.</summary>
    public void Write(string path)
    {
        string temporary = path + ".new";
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(this, JsonSerializerOptions.Web));
        File.Move(temporary, path, overwrite: true);
    }
}
