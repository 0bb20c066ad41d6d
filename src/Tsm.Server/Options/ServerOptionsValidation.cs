using Microsoft.Extensions.Options;
using Tsm.Orleans;

namespace Tsm.Server.Options;

/// <summary>Says in sentences what is wrong with the options, so that a bad file stops the start rather than the night.</summary>
public sealed class ServerOptionsValidation : IValidateOptions<ServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<string> faults = [];
        if (string.IsNullOrWhiteSpace(options.Data))
        {
            faults.Add("The data folder is empty: name one with --data.");
        }

        if (!options.IsOrleans && !string.Equals(options.Host, ServerOptions.Embedded, StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"There is no host '{options.Host}': it is embedded or orleans.");
        }

        if (options.IsOrleans && OrleansHosting.WhyNot is { } reason)
        {
            faults.Add(reason);
        }

        foreach ((string option, string? file) in new[] { ("--tls-certificate", options.TlsCertificate), ("--tls-key", options.TlsKey) })
        {
            if (file is not null && !File.Exists(file))
            {
                faults.Add($"{option}: there is no file {file}.");
            }
        }

        if (options is { TlsKey: not null, TlsCertificate: null })
        {
            faults.Add("--tls-key needs --tls-certificate.");
        }

        foreach (SmscOptions smsc in options.Smsc)
        {
            faults.AddRange(Faults(smsc).Select(fault => $"SMSC '{smsc.Name}': {fault}"));
        }

        faults.AddRange(options.Smsc
            .GroupBy(s => s.Name, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"Two SMSCs are called '{g.Key}': give each a name of its own."));
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(SmscOptions smsc)
    {
        if (smsc.Name.Length is 0 or > 32 || !smsc.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
        {
            yield return "name takes 1 to 32 letters, digits, '-', '_' or '.'.";
        }

        if (smsc.Host.Length == 0)
        {
            yield return "host is missing.";
        }

        if (smsc.Port is < 1 or > 65535)
        {
            yield return $"port is {smsc.Port}, but ports go from 1 to 65535.";
        }

        // SMPP 3.4 §5.2.1 and §5.2.2 count the closing NUL.
        if (smsc.SystemId.Length is 0 or > 15)
        {
            yield return "systemId takes 1 to 15 characters.";
        }

        if (smsc.Password.Length > 8)
        {
            yield return "password takes up to 8 characters.";
        }

        if (smsc.Source.Length is 0 or > 20 || !smsc.Source.All(char.IsAsciiDigit))
        {
            yield return "source takes 1 to 20 digits: cards answer to it, and they cannot send to letters.";
        }

        if (smsc.Window is < 1 or > 1000)
        {
            yield return $"window is {smsc.Window}, but it goes from 1 to 1000.";
        }

        if (smsc.Rate is < 1 or > 10_000)
        {
            yield return $"rate is {smsc.Rate}, but it goes from 1 to 10000 short messages a second.";
        }

        if (smsc.AnswerTimeout < TimeSpan.FromMilliseconds(50) || smsc.AnswerTimeout > TimeSpan.FromDays(7))
        {
            yield return "answerTimeout goes from 50ms to 7d.";
        }

        if (smsc.IndicatedGrace < TimeSpan.Zero || smsc.IndicatedGrace > TimeSpan.FromHours(1))
        {
            yield return "indicatedGrace goes from 0s to 1h.";
        }

        if (smsc.MaxSends is < 1 or > 100)
        {
            yield return $"maxSends is {smsc.MaxSends}, but it goes from 1 to 100.";
        }
    }
}
