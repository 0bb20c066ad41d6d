using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Tsm.Application.Hosting;
using Tsm.Application.Jobs;

namespace Tsm.Server.Api;

/// <summary>Turns what no endpoint answers (exceptions, unknown routes, refused bodies) into problems, without a stack trace.</summary>
internal static class ProblemPages
{
    public static IApplicationBuilder UseProblemPages(this IApplicationBuilder app) => app
        .UseExceptionHandler(new ExceptionHandlerOptions
        {
            ExceptionHandler = AnswerExceptionAsync,

            // What the caller did wrong is told to the caller; the log is for what we did wrong.
            SuppressDiagnosticsCallback = context => context.Exception is BadHttpRequestException or HostBusyException,
        })
        .UseStatusCodePages(pages => Problem(pages.HttpContext, ApiProblems.OfStatus(pages.HttpContext.Response.StatusCode)));

    private static Task AnswerExceptionAsync(HttpContext context)
    {
        Exception? exception = context.Features.Get<IExceptionHandlerFeature>()?.Error;
        switch (exception)
        {
            case BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad:
                return ApiProblems.Result(Malformed(bad)).ExecuteAsync(context);
            case BadHttpRequestException bad:
                return ApiProblems.Result(ApiProblems.OfStatus(bad.StatusCode), status: bad.StatusCode).ExecuteAsync(context);
            case HostBusyException:
                context.Response.Headers.RetryAfter = "1";
                return ApiProblems.Result(ApiProblems.HostBusy).ExecuteAsync(context);
            case StoreUnavailableException:
                return ApiProblems.Result(ApiProblems.StoreUnavailable).ExecuteAsync(context);
            default:
                return ApiProblems.Result(ApiProblems.Defect).ExecuteAsync(context);
        }
    }

    // The status that was set stays: a problem page explains it, it does not change it.
    private static Task Problem(HttpContext context, Problem problem) =>
        ApiProblems.Result(problem, status: context.Response.StatusCode).ExecuteAsync(context);

    private static Problem Malformed(BadHttpRequestException bad) => bad.InnerException is JsonException json
        ? ApiProblems.RequestInvalid(
            $"The JSON of the body cannot be read at {json.Path ?? "its start"}, line {(json.LineNumber ?? 0) + 1}.",
            "Correct it there; /openapi/v1.json says what each field takes.")
        : ApiProblems.RequestInvalid(Readable(bad.Message), "Correct the request; /openapi/v1.json says what it takes.");

    // The framework quotes type and name of the parameter, then its value.
    private static string Readable(string message) => message.Split('"') is [_, string parameter, _, string value, _]
        ? $"{parameter.Split(' ')[^1]} is '{value}', which cannot be read."
        : message;
}
