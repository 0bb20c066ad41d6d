using Dapper;

namespace Tsm.Storage.Shared;

/// <summary>Lists of values in statements that both databases understand: one parameter for each.</summary>
internal static class SqlList
{
    /// <summary>Adds the values and returns what follows <c>IN</c>.</summary>
    /// <param name="parameters">Of the statement.</param>
    /// <param name="name">A name that no other parameter begins with.</param>
    /// <param name="values">One or more.</param>
    public static string Add(DynamicParameters parameters, string name, IReadOnlyCollection<string> values)
    {
        int place = 0;
        List<string> names = new(values.Count);
        foreach (string value in values)
        {
            string each = $"{name}{place++}";
            parameters.Add(each, value);
            names.Add("@" + each);
        }

        return $"({string.Join(", ", names)})";
    }
}
