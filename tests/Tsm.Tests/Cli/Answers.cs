namespace Tsm.Tests.Cli;

/// <summary>Answers of the API as a server writes them.</summary>
internal static class Answers
{
    public const string Iccid = "8999900000000000016";

    public const string CapacityProblem = """
        {"type":"urn:tsm:CARD_MEMORY_FULL","title":"The card has no room","status":409,"detail":"The load file needs 4,000 octets, the card has 1,200.",
         "layer":"capacity","code":"CARD_MEMORY_FULL","name":"The card has no room","meaning":"Not enough memory for applications.",
         "cause":"Other applications fill the card.","next":"Terminate one that is not needed.","evidence":["GET STATUS of 12:00"]}
        """;

    public static string Job(string id, string status, string? grade = null, string? problem = null, int done = 0, string evidence = "null") => $$"""
        {"id":"{{id}}","card":"{{Iccid}}","operation":"install","application":{"id":"a1","name":"hello","packageAid":"F0546D5301"},
         "instance":"F0546D53010101","status":"{{status}}","grade":{{(grade is null ? "null" : $"\"{grade}\"")}},"now":"LOAD 3 of 8 is under way",
         "stepsDone":{{done}},"stepsTotal":8,"smsSent":12,"smsRepeated":2,"smsReceived":9,"octetsSent":1800,"proofs":8,
         "problem":{{problem ?? "null"}},"createdAt":"2026-01-01T00:00:00Z","startedAt":null,"endedAt":null,"evidence":{{evidence}}}
        """;

    public static string Page(params string[] items) => $$"""{"items":[{{string.Join(',', items)}}],"next":null}""";

    public static string Created(string jobs, string refused = "") => $$"""{"jobs":[{{jobs}}],"refused":[{{refused}}]}""";
}
