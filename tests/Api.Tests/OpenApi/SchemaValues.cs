using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>Values of an operation's schemas, as JSON or as the text of a parameter; some of them hostile.</summary>
/// <param name="hostility">The probability of a hostile value in each place.</param>
internal sealed class SchemaValues(Operation operation, FuzzRandom random, double hostility)
{
    private const int MaxDepth = 6;

    private static readonly string[] s_hostileJson =
    [
        "null", "[null]", "{}", "[]", "\"\"", "\"\\ud800\"", "[\"\\udfff\"]", "{\"\\ud800\":1}", "\"\\u0000\"", "\"\u202e\"", "true", "-1",
        "0", "0.5", "1e999", "-1e999", "1e-999", "2147483648", "-2147483649",
        "99999999999999999999", "NaN", "[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", "\"../../etc/passwd\"", "\"latest\"",
        "\"00000000-0000-0000-0000-000000000000\"", "{\"a\":1,\"a\":2}", "\"'; DROP TABLE jobs; --\"", "[1,2,3,4,5,6,7,8,9]",
    ];

    private static readonly string[] s_hostileText =
    [
        "", "-1", "0", "1e999", "2147483648", "99999999999999999999", "NaN", "null", "true", "x", "a b", "latest", "best",
        "../../etc/passwd", "..", "%00", "%ff", "%c0%ae", "\u0000", "\u202e", "😀", "<script>", "'; --", "${jndi:ldap://x}",
        "00000000-0000-0000-0000-000000000000", "{01a21060-c1dc-7de8-acad-04c104cfdd76}", "01a21060c1dc7de8acad04c104cfdd76",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "+1", "1_0", "٣", "\n", "name\n",
    ];

    public static string HostileText(FuzzRandom random) => random.Pick(s_hostileText);

    /// <summary>Of a parameter, not escaped.</summary>
    public string Text(JsonObject schema)
    {
        if (random.Chance(hostility))
        {
            return HostileText(random);
        }

        schema = operation.Resolve(schema);
        return (TypeOf(schema), schema["enum"]) switch
        {
            (_, JsonArray names) => (string?)random.Pick([.. names]) ?? "null",
            ("integer" or "number", _) => Number(schema),
            ("boolean", _) => "true",
            _ => Word(schema),
        };
    }

    public string Json(JsonObject schema, int depth = 0)
    {
        if (random.Chance(hostility))
        {
            return random.Pick(s_hostileJson);
        }

        schema = operation.Resolve(schema);
        if (schema["oneOf"] is JsonArray choices)
        {
            return Json(random.Pick([.. choices])!.AsObject(), depth);
        }

        return (TypeOf(schema), schema["enum"]) switch
        {
            (_, JsonArray values) => random.Pick([.. values])?.ToJsonString() ?? "null",
            ("object", _) => Object(schema, depth),
            ("array", _) => Array(schema, depth),
            ("integer" or "number", _) => Number(schema),
            ("boolean", _) => random.Chance(0.5) ? "true" : "false",
            ("null", _) => "null",
            ("string", _) => JsonSerializer.Serialize(Word(schema)),
            _ => random.Pick(["1", "2", "\"relu\"", "[1,2]", "0.01"]), // a schema that lets everything be
        };
    }

    private string Object(JsonObject schema, int depth)
    {
        if (depth > MaxDepth)
        {
            return "{}";
        }

        HashSet<string> required = [.. schema["required"]?.AsArray().Select(name => (string)name!) ?? []];
        List<string> fields = [.. (schema["properties"]?.AsObject() ?? [])
            .Where(field => required.Contains(field.Key) || random.Chance(0.35))
            .Select(field => $"{JsonSerializer.Serialize(field.Key)}:{Json(field.Value!.AsObject(), depth + 1)}")];
        if (schema["additionalProperties"] is JsonObject each)
        {
            string name = random.Pick(["seed", "kernelSize", "learningRate", "name", "channels", "noise", "nope"]);
            fields.Add($"\"{name}\":{Json(each, depth + 1)}");
        }
        else if (random.Chance(hostility))
        {
            fields.Add("\"nope\":1");
        }

        return $"{{{string.Join(',', fields)}}}";
    }

    private string Array(JsonObject schema, int depth)
    {
        int least = (int?)schema["minItems"] ?? 0, most = Math.Min((int?)schema["maxItems"] ?? 3, least + 3);
        int count = depth > MaxDepth ? least : least + random.Below(most - least + 1);
        return $"[{string.Join(',', Enumerable.Range(0, count).Select(_ => Json(schema["items"]!.AsObject(), depth + 1)))}]";
    }

    private string Number(JsonObject schema)
    {
        double least = (double?)schema["minimum"] ?? 0, most = Math.Min((double?)schema["maximum"] ?? (least + 9), least + 30);
        double value = random.Below(4) switch
        {
            0 => least,
            1 => most,
            _ => least + (random.Unit() * (most - least)),
        };
        return (TypeOf(schema) == "integer" ? Math.Round(value) : value).ToString("R", CultureInfo.InvariantCulture);
    }

    private string Word(JsonObject schema) =>
        (string?)schema["examples"]?[0] ?? (string?)schema["default"]
        ?? ((string?)schema["format"] == "uuid" ? Guid.CreateVersion7().ToString() : random.Pick(["a", "name-1", "synthetic-digits", "3"]));

    private static string? TypeOf(JsonObject schema) =>
        schema["type"] is JsonArray several ? several.Select(type => (string)type!).FirstOrDefault(type => type != "null")
            : (string?)schema["type"];
}
