using Spectre.Console;
using Tsm.Cli.Api;

namespace Tsm.Cli.Rendering;

/// <summary>Requests, reports and application servers for people.</summary>
internal static class RequestText
{
    public static void List(IAnsiConsole console, Page<ServiceRequest> page)
    {
        var table = new TextTable("id", "from", "operation", "service", "card", "outcome", "problem", "created");
        foreach (ServiceRequest request in page.Items)
        {
            table.Row(
                request.Id, $"{request.Origin} {request.Requester}", request.Operation, request.Service ?? request.Identifier, request.Card,
                Outcome(request), request.Problem?.Code, Print.Time(request.CreatedAt));
        }

        ListText.Write(console, table, page.Next, "No requests.");
    }

    public static void Show(IAnsiConsole console, ServiceRequest request)
    {
        Print.Fields(console,
            ("id", request.Id),
            ("from", $"{request.Origin} {request.Requester}"),
            ("operation", request.Operation),
            ("service", $"{request.Service ?? request.Identifier} {request.Version}".TrimEnd()),
            ("provider", request.Provider),
            ("contract", request.Contract),
            ("number", request.Msisdn),
            ("card", request.Card),
            ("outcome", Outcome(request)),
            ("jobs", request.Jobs.Count == 0 ? null : string.Join(", ", request.Jobs)),
            ("created", Print.Time(request.CreatedAt)),
            ("ended", Print.Time(request.EndedAt)));
        if (request.Problem is not null)
        {
            console.WriteLine();
            ProblemText.Write(console, request.Problem);
        }
    }

    public static void Report(IAnsiConsole console, EligibilityReport report)
    {
        var table = new TextTable("check", "outcome", "found", "who can mend it", "code", "next step");
        foreach (EligibilityCheck check in report.Checks)
        {
            bool failed = check.Outcome is "fail";
            table.Row(check.Name, check.Outcome, check.Found, failed ? check.Fixer : null, check.Problem?.Code, check.Problem?.Next);
        }

        table.Write(console);
        console.Write(new Text(report.Eligible ? "It would be granted.\n" : "It would be refused.\n"));
    }

    public static void Loss(IAnsiConsole console, LossReport report)
    {
        console.Write(new Text(report.Requests.Count == 0 ? $"Nothing is active on card {report.Card}.\n" : "Suspended:\n"));
        if (report.Requests.Count > 0)
        {
            List(console, new() { Items = report.Requests });
        }

        if (report.CalledOff.Count > 0)
        {
            console.Write(new Text("Called off:\n"));
            List(console, new() { Items = report.CalledOff });
        }
    }

    public static void Servers(IAnsiConsole console, Page<AppServer> page)
    {
        var table = new TextTable("name", "address", "services", "answers within", "description");
        foreach (AppServer server in page.Items)
        {
            table.Row(server.Name, server.Url, Services(server), Print.Count(server.TimeoutSeconds, "second"), server.Description);
        }

        ListText.Write(console, table, page.Next, "No application servers. Add one with `tsm appserver add NAME URL`.");
    }

    public static void Server(IAnsiConsole console, AppServer server)
    {
        Print.Fields(console,
            ("name", server.Name),
            ("address", server.Url),
            ("services", Services(server)),
            ("answers within", Print.Count(server.TimeoutSeconds, "second")),
            ("description", server.Description.Length == 0 ? null : server.Description),
            ("encrypts for", server.PublicKey),
            ("secret", server.Secret),
            ("declared", Print.Time(server.CreatedAt)));
        if (server.Secret is not null)
        {
            console.Write(new Text("Keep the secret: it is not shown again.\n"));
        }
    }

    private static string Services(AppServer server) => server.Services.Count == 0 ? "all that name it" : string.Join(", ", server.Services);

    private static string Outcome(ServiceRequest request) => request.Grade is null ? request.Status : $"{request.Status} ({request.Grade})";
}
