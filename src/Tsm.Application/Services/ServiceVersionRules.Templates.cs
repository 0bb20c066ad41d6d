using System.Collections.Immutable;
using System.Globalization;
using Tsm.Card.Encoding;

namespace Tsm.Application.Services;

/// <summary>Templates of parameters and personalisation: well-formed, short enough, and every variable known by somebody.</summary>
public sealed partial class ServiceVersionRules
{
    private const int MaxGroups = 64;

    private string Parameters()
    {
        string text = Clean(_draft.Parameters);
        if (!TemplateText.TryParse(text, out ImmutableArray<TemplatePart> parts, out string problem))
        {
            Fault("parameters", "TEMPLATE_INVALID", problem, "Write hexadecimal digits with variables like {serial} between them.");
            return "";
        }

        int least = parts.Sum(ServiceTemplates.LeastOctets);
        if (least > PersonalisationRenderer.MaxParameters)
        {
            Fault(
                "parameters",
                "PARAMETERS_TOO_LONG",
                string.Create(CultureInfo.InvariantCulture, $"C9 takes up to {PersonalisationRenderer.MaxParameters} octets, these are at least {least}."),
                "Bring the rest by personalisation.");
        }

        return text;
    }

    private ImmutableArray<DataGroupTemplate> Personalisation()
    {
        IReadOnlyList<DataGroupTemplate> groups = _draft.Personalisation ?? [];
        if (groups.Count > MaxGroups)
        {
            Fault("personalisation", "FIELD_INVALID", $"A version has at most {MaxGroups} data groups, these are {groups.Count}.", "Put some of them together.");
            return [];
        }

        int least = 0;
        var read = ImmutableArray.CreateBuilder<DataGroupTemplate>(groups.Count);
        for (int i = 0; i < groups.Count; i++)
        {
            string field = At("personalisation", i);
            string id = Clean(groups[i].Id), content = Clean(groups[i].Content);
            if (!Octets.TryParse(id, out Octets identifier) || identifier.Length != 2)
            {
                Fault($"{field}.id", "DATA_GROUP_INVALID", $"'{id}' is no data group identifier.", "Write four hexadecimal digits, such as 0101.");
            }

            if (!TemplateText.TryParse(content, out ImmutableArray<TemplatePart> parts, out string problem))
            {
                Fault($"{field}.content", "TEMPLATE_INVALID", problem, "Write hexadecimal digits with variables like {key} between them.");
            }
            else if (parts.IsEmpty)
            {
                Fault($"{field}.content", "TEMPLATE_INVALID", "The data group is empty.", "Write its content, or leave the group out.");
            }

            least += 3 + parts.Sum(ServiceTemplates.LeastOctets);
            read.Add(new(identifier.ToString(), content));
        }

        if (least > PersonalisationRenderer.MaxLength)
        {
            Fault(
                "personalisation",
                "PERSONALISATION_TOO_LONG",
                string.Create(CultureInfo.InvariantCulture, $"STORE DATA carries up to {PersonalisationRenderer.MaxLength} octets, these are at least {least}."),
                "Shorten the data groups.");
        }

        return read.ToImmutable();
    }

    /// <summary>What no card and no server knows has to come from an application server.</summary>
    private void CheckAllocation(ImmutableArray<DataGroupTemplate> personalisation, string parameters)
    {
        if (_service.ApplicationServer is not null)
        {
            return;
        }

        var version = new ServiceVersion
        {
            Version = "",
            Application = "",
            Module = default,
            Instance = default,
            CreatedAt = default,
            Personalisation = personalisation,
            Parameters = parameters,
        };
        IReadOnlyList<string> allocated = ServiceTemplates.Allocated(version);
        if (allocated.Count > 0)
        {
            Fault(
                "personalisation",
                "VARIABLE_UNKNOWN",
                $"Nobody knows {string.Join(", ", allocated.Select(v => $"{{{v}}}"))}: service {_service.Id} has no application server that allocates it.",
                $"Amend the service with an application server, or use {{{TemplateText.Iccid}}} and {{{TemplateText.Msisdn}}} only.");
        }
    }

    private static string Clean(string? text) => text is null ? "" : Upper(text.Trim());

    /// <summary>Digits in upper case without spaces, so that the same template is the same text; names of variables stay as they are.</summary>
    private static string Upper(string text)
    {
        var clean = new System.Text.StringBuilder(text.Length);
        bool name = false;
        foreach (char c in text)
        {
            name = c == '{' || (name && c != '}');
            if (name || c != ' ')
            {
                clean.Append(name ? c : char.ToUpperInvariant(c));
            }
        }

        return clean.ToString();
    }
}
