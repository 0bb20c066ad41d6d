using System.CommandLine;
using Tsm.Cli.Api;
using Tsm.Cli.Rendering;

namespace Tsm.Cli.Commands;

/// <summary><c>tsm app</c>: the applications that can be installed.</summary>
internal static class AppCommands
{
    private static readonly Argument<string> File = new("file") { Description = "CAP file" };
    private static readonly Argument<string> App = new("app") { Description = "Identifier, package AID or name" };
    private static readonly Option<string?> Name = new("--name") { Description = "Name to call it by", HelpName = "NAME" };

    public static Verb Build(Terminal terminal) => new Verb("app", "Applications: add, list, look at").With(
        new Verb("add", "Upload a CAP file and see which card models can take it", "tsm app add hello.cap --name hello")
            .Takes(File, Name).TalksToServer().Does(terminal, AddAsync),
        new Verb("list", "List applications", "tsm app list")
            .Takes(CommonOptions.Limit, CommonOptions.Cursor).TalksToServer().Does(terminal, ListAsync),
        new Verb("show", "Show an application: applets, imports, sizes, compatibility", "tsm app show hello")
            .Takes(App).TalksToServer().Does(terminal, ShowAsync));

    private static async Task<int> AddAsync(Invocation run)
    {
        byte[] cap = await run.ReadFileAsync(run.Get(File));
        Answer<App> answer = await run.Api.AddApplicationAsync(cap, run.Get(Name), run.Cancellation);
        return run.Result(answer.Json, console =>
        {
            Print.Tick(console, answer.Status == 200 ? "the same content is already there" : "added");
            AppText.Show(console, answer.Value);
        });
    }

    private static async Task<int> ListAsync(Invocation run)
    {
        Answer<Page<App>> answer =
            await run.Api.ApplicationsAsync(run.Get(CommonOptions.Limit), run.Get(CommonOptions.Cursor), run.Cancellation);
        return run.Result(answer.Json, console => AppText.List(console, answer.Value));
    }

    private static async Task<int> ShowAsync(Invocation run)
    {
        Answer<App> answer = await run.Api.ApplicationAsync(run.Get(App), run.Cancellation);
        return run.Result(answer.Json, console => AppText.Show(console, answer.Value));
    }
}
