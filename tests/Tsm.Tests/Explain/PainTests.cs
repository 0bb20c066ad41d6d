using Tsm.Card.Encoding;
using Tsm.Explain;
using Tsm.Security.Keys;
using Tsm.Security.Scp80;
using Tsm.Tests.Security.Scp80;
using Tsm.Tests.Testing;

namespace Tsm.Tests.Explain;

/// <summary>What hurts users of such tools, and what is said to it.</summary>
public sealed class PainTests
{
    public sealed record Case(
        string Name, int Pain, string Octets, string Code, string[] Says, string? KicKey, string? KidKey, KeyAlgorithm? Algorithm, string? After, string? Asked)
    {
        public override string ToString() => $"{Pain}: {Name}";
    }

    [Theory, VectorData("explain/pains.json")]
    public void Is_explained_with_cause_and_next_step(Case pain)
    {
        using KeySet? keys = pain.KicKey is null ? null : KeySet.ForLaboratory(Key(pain.KicKey, pain), Key(pain.KidKey!, pain));
        CommandHeader? asked = pain.Asked is { } octets ? Known.Header("00" + octets[..2], octets[2..4], octets[4..], "B00011", "0000000001") : null;

        Explanation explanation = Explainer.Explain(Octets.Parse(pain.Octets), new()
        {
            Keys = keys is null ? [] : [new("the card's", keys)],
            Asked = asked,
            After = pain.After is { } ins ? Octets.Parse(ins)[0] : null,
        });

        Verdict verdict = explanation.Verdict;
        Assert.Equal(pain.Code, verdict.Code);
        string said = $"{verdict.Name} {verdict.Meaning} {verdict.Cause} {verdict.Next}";
        Assert.All(pain.Says, word => Assert.Contains(word, said, StringComparison.Ordinal));
        Assert.All([verdict.Layer, verdict.Name, verdict.Meaning, verdict.Cause, verdict.Next], Assert.NotEmpty);
        Assert.NotEqual("unknown", explanation.Kind);
    }

    [Fact]
    public void Every_pain_has_its_octets()
    {
        IEnumerable<int> told = new VectorDataAttribute("explain/pains.json").GetData(typeof(PainTests).GetMethod(nameof(Is_explained_with_cause_and_next_step))!)
            .Select(row => ((Case)row[0]).Pain).Distinct();

        Assert.Equal(Enumerable.Range(1, 15), told.Order());
    }

    private static KeyMaterial Key(string hex, Case pain) => KeyMaterial.From(Octets.Parse(hex).Span, pain.Algorithm!.Value);
}
