using System.Globalization;
using Microsoft.Net.Http.Headers;
using Tsm.Application.Jobs;

namespace Tsm.Server.Api;

/// <summary>The version of a document as an entity tag: what was read is named by whoever changes it.</summary>
internal static class EntityTags
{
    /// <summary>The tag of a version.</summary>
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    /// <summary>Why a change must not be made, by its header If-Match; null when it names the version that is there.</summary>
    /// <param name="what">The document in a sentence, such as <c>Contract acme-1</c>.</param>
    public static Problem? Fault(HttpRequest request, long version, string what) =>
        !EntityTagHeaderValue.TryParse(request.Headers.IfMatch.ToString(), out EntityTagHeaderValue? expected) ? ApiProblems.VersionMissing
        : expected.Tag != Of(version) ? ApiProblems.VersionStale(what)
        : null;
}
