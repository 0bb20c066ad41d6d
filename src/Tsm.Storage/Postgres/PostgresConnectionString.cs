using System.Globalization;
using Npgsql;

namespace Tsm.Storage.Postgres;

/// <summary>
/// Reads how a PostgreSQL is named: <c>postgres://user:password@host:port/database?sslmode=require</c>, or
/// <c>Host=...;Username=...;Password=...;Database=...</c>. What is wrong is told without repeating values, for one of them is
/// the password.
/// </summary>
public static class PostgresConnectionString
{
    private static readonly string[] Schemes = ["postgres://", "postgresql://"];

    /// <summary>Whether the text names a PostgreSQL; otherwise it is the path of a SQLite file.</summary>
    public static bool IsPostgres(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return IsUri(text) || (text.Contains('=', StringComparison.Ordinal) && !File.Exists(text));
    }

    /// <summary>Reads a connection string of either form and adds what Tsm relies on where the operator has not said otherwise.</summary>
    /// <exception cref="FormatException">It is none; the message holds no value of it.</exception>
    internal static NpgsqlConnectionStringBuilder Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        NpgsqlConnectionStringBuilder builder = IsUri(text) ? ParseUri(text) : ParseKeywords(text);
        if (string.IsNullOrEmpty(builder.Host))
        {
            throw new FormatException("The connection string of the database names no host.");
        }

        Default(builder, "Max Auto Prepare", 100);
        Default(builder, "Auto Prepare Min Usages", 2);
        Default(builder, "Maximum Pool Size", 20);
        Default(builder, "TCP Keepalive", true);

        // Nothing of ours outlives its transaction in a session, and the reset is seven statements for each look-up.
        Default(builder, "No Reset On Close", true);
        return builder;
    }

    private static bool IsUri(string text) => Schemes.Any(s => text.StartsWith(s, StringComparison.OrdinalIgnoreCase));

    private static NpgsqlConnectionStringBuilder ParseKeywords(string text)
    {
        var builder = new NpgsqlConnectionStringBuilder();
        return Accepts(() => builder.ConnectionString = text)
            ? builder
            : throw new FormatException(
                "The connection string of the database has a keyword or a value that is not known, or is not key=value;key=value.");
    }

    private static NpgsqlConnectionStringBuilder ParseUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out Uri? uri))
        {
            throw new FormatException(
                "The address of the database is not postgres://user:password@host:port/database; are special characters in the password written as %XX?");
        }

        string[] user = uri.UserInfo.Split(':', 2);
        var builder = new NpgsqlConnectionStringBuilder { Host = uri.Host };
        if (uri.Port > 0)
        {
            builder.Port = uri.Port;
        }

        Set(user[0], v => builder.Username = v);
        Set(user.Length > 1 ? user[1] : "", v => builder.Password = v);
        Set(uri.AbsolutePath.Trim('/'), v => builder.Database = v);
        foreach (string pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string name = Uri.UnescapeDataString(parts[0]);
            string value = Uri.UnescapeDataString(parts.ElementAtOrDefault(1) ?? "");
            if (!Accepts(() => builder[Keyword(name)] = Value(name, value)))
            {
                throw new FormatException($"The address of the database has a parameter '{name}' that is not known, or its value is none.");
            }
        }

        return builder;
    }

    /// <summary>The parameters of libpq that are written otherwise here.</summary>
    private static string Keyword(string name) => name.ToLower(CultureInfo.InvariantCulture) switch
    {
        "sslmode" => "SSL Mode",
        "sslrootcert" => "Root Certificate",
        "sslcert" => "SSL Certificate",
        "sslkey" => "SSL Key",
        "connect_timeout" => "Timeout",
        "application_name" => "Application Name",
        "target_session_attrs" => "Target Session Attributes",
        _ => name,
    };

    private static string Value(string name, string value) => name.ToLower(CultureInfo.InvariantCulture) switch
    {
        "sslmode" => value.Replace("-", "", StringComparison.Ordinal),
        _ => value,
    };

    /// <summary>The driver's own exceptions go no further: their messages may quote a value.</summary>
    private static bool Accepts(Action set)
    {
        try
        {
            set();
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            return false;
        }
    }

    private static void Set(string escaped, Action<string> set)
    {
        if (escaped.Length > 0)
        {
            set(Uri.UnescapeDataString(escaped));
        }
    }

    private static void Default(NpgsqlConnectionStringBuilder builder, string keyword, object value)
    {
        if (!builder.ShouldSerialize(keyword))
        {
            builder[keyword] = value;
        }
    }
}
