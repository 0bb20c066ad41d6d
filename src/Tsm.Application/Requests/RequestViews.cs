using Tsm.Application.Jobs;

namespace Tsm.Application.Requests;

/// <summary>How requests are shown to those who may not see all of them.</summary>
public static class RequestViews
{
    /// <summary>Why a request did not succeed, as an audience may know it.</summary>
    public static Problem? ProblemFor(ServiceRequest request, Audience audience)
    {
        ArgumentNullException.ThrowIfNull(request);
        return audience != Audience.Operator && request is { Problem: not null, Eligibility: { Eligible: false } report }
            ? report.For(audience).Decisive?.Problem ?? RequestProblems.AtTheCarrier
            : request.Problem;
    }

    /// <summary>The ICCID of a request's card: a provider that has named the number sees it once its service may go to the card.</summary>
    public static string? CardFor(ServiceRequest request, Audience audience)
    {
        ArgumentNullException.ThrowIfNull(request);
        return audience == Audience.Provider && request is { Msisdn: not null, Eligibility: not { Eligible: true } } ? null : request.Iccid;
    }
}
