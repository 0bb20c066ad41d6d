using Tsm.Application.Jobs;

namespace Tsm.Application.Services;

/// <summary>Why data for an instance cannot be made. Variables are named; their values never are.</summary>
public static class PersonalisationProblems
{
    private const string Layer = "personalisation";

    /// <summary>Nobody has said what a variable stands for.</summary>
    public static Problem Unknown(string variable) => Of(
        "VARIABLE_UNKNOWN",
        "Variable unknown",
        $"Nothing was allocated for the variable {{{variable}}}.",
        "The application server has left it out, or the template has a name that it does not know.",
        "Compare the names in the version's templates with what the application server allocates.");

    /// <summary>A variable stands for nothing.</summary>
    public static Problem Missing(string variable) => Of(
        "VALUE_MISSING",
        "Value missing",
        $"The variable {{{variable}}} has no value.",
        "The application server has sent an empty value, or the card has no number.",
        "Have the application server allocate it, or give the card a number.");

    /// <summary>A value is not hexadecimal.</summary>
    public static Problem ValueInvalid(string variable) => Of(
        "VALUE_INVALID",
        "Value invalid",
        $"The value of the variable {{{variable}}} is not hexadecimal, two digits for each octet.",
        "The application server departs from its contract.",
        "Have the application server send hexadecimal digits.");

    /// <summary>A name is none.</summary>
    public static Problem NameInvalid() => Of(
        "VARIABLE_INVALID",
        "Variable invalid",
        "A value came under a name that cannot be the name of a variable.",
        "The application server departs from its contract.",
        "Names begin with a lower-case letter and have at most 32 letters, digits, '-' or '_'.");

    /// <summary>Something is too long because of a variable.</summary>
    public static Problem TooLong(string variable, int limit) => Of(
        "VALUE_TOO_LONG",
        "Value too long",
        $"With the variable {{{variable}}} it is longer than {limit} octets.",
        "The application server allocates more than cards take.",
        "Allocate a shorter value, or bring it in another data group.");

    /// <summary>A template that was stored cannot be read.</summary>
    public static Problem TemplateInvalid(string problem) => Of(
        "TEMPLATE_INVALID", "Template invalid", problem, "The version was stored by another program.", "Upload the version anew.");

    /// <summary>The data do not fit into one packet.</summary>
    public static Problem TooLongForPacket(int octets, int limit, string model) => Of(
        "PERSONALISATION_TOO_LONG",
        "Personalisation too long",
        $"The data groups have {octets} octets, one packet to cards of model {model} brings {limit}.",
        "INSTALL [for personalization] and all STORE DATA have to be in one packet.",
        "Shorten the personalisation, or raise maxSegments of the card model if its cards take more.");

    private static Problem Of(string code, string name, string meaning, string cause, string next) => new(Layer, code, name, meaning, cause, next, []);
}
