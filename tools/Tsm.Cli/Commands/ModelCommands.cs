using System.CommandLine;
using System.Text.Json;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm model</c>: what kinds of cards there are and what they can take.</summary>
internal static class ModelCommands
{
    private static readonly Argument<string> Name = new("name") { Description = "Name of the card model" };

    public static Verb Build(Terminal terminal) => new Verb("model", "Card models: list, look at").With(
        new Verb("list", "List card models", "tsm model list")
            .TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show a card model: security, limits, platform", "tsm model show uicc-aes")
            .Takes(Name).TalksToServer().Does(terminal, ShowAsync));

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<JsonElement>> answer = await run.Api.CardModelsAsync(run.Cancellation);
        return run.Result(answer.Json, console => ModelText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<JsonElement> answer = await run.Api.CardModelAsync(run.Get(Name), run.Cancellation);
        return run.Result(answer.Json, console => ModelText.Show(console, answer.Value));
    }
}
