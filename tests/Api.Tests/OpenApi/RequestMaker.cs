using System.Text;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>A request made from an operation's description.</summary>
/// <param name="IsItsPath">Whether the path leads to the operation, so that the document says with what it may answer.</param>
internal sealed record MadeRequest(
    HttpMethod Method, string Target, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body, bool IsItsPath)
{
    public HttpRequestMessage Message()
    {
        var message = new HttpRequestMessage(Method, Target) { Content = Body is null ? null : new ByteArrayContent(Body) };
        foreach ((string name, string value) in Headers)
        {
            _ = message.Headers.TryAddWithoutValidation(name, value)
                || message.Content?.Headers.TryAddWithoutValidation(name, value) is true;
        }

        return message;
    }

    public override string ToString()
    {
        string headers = string.Join(" | ", Headers.Select(header => $"{header.Name}: {header.Value}"));
        return $"{Method} {Target} {headers} {Convert.ToBase64String(Body.AsSpan(0, Math.Min(Body?.Length ?? 0, 3_000)))}";
    }
}

/// <summary>
/// Makes requests from the OpenAPI document: plain ones, that are sure to be taken; such as the schemas allow; and mutated
/// ones.
/// </summary>
internal sealed class RequestMaker(FuzzResources resources)
{
    private static readonly string[] s_types =
    [
        "application/json",
        "application/json; charset=x",
        "application/json; charset=utf-16",
        "application/vnd.a+json",
        "text/plain",
        "application/zip",
        "application/octet-stream",
        "multipart/form-data",
        "multipart/form-data; boundary=edge",
        "multipart/form-data; boundary=\"\"",
        "image/png",
        "application/x-npy",
        "application/x-www-form-urlencoded",
        "no type",
        "",
        "/",
        "*/*",
    ];

    private static readonly string[] s_accepts =
        ["*/*", "image/png", "text/csv", "application/json", "application/x-npy", "application/json; charset=utf-8", "text/event-stream",
        "image/*;q=0.1, application/*", "no type", ";q=2", "a/b;q=x"];

    public async Task<MadeRequest> Make(Operation operation, FuzzRandom random, bool isPlain)
    {
        double hostility = isPlain || random.Chance(0.4) ? 0 : random.Pick([0.05, 0.2, 0.5]);
        var values = new SchemaValues(operation, random, hostility);
        Func<string, string> there = await resources.PathValues(operation, random);
        bool isItsPath = true;
        string target = operation.PathWith(name =>
        {
            bool isHostile = random.Chance(hostility / 3);
            isItsPath &= !isHostile;
            return Uri.EscapeDataString(isHostile ? SchemaValues.HostileText(random) : there(name));
        });
        if (!isPlain)
        {
            target += Query(operation, values, random, hostility);
        }

        (List<(string, string)> headers, byte[]? body) = operation.Bodies is null ? ([], null)
            : Body(operation, values, random, isPlain, hostility);
        headers.AddRange(isPlain ? [] : Headers(operation, values, random, hostility));
        HttpMethod method = operation.Method == HttpMethod.Get && !isPlain && random.Chance(0.1) ? HttpMethod.Head : operation.Method;
        return new MadeRequest(method, target, headers, body, isItsPath);
    }

    private static string Query(Operation operation, SchemaValues values, FuzzRandom random, double hostility)
    {
        List<string> query = [.. operation.Queries.Where(_ => random.Chance(0.4))
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(ValueOf(parameter))}")];
        if (random.Chance(hostility / 4))
        {
            query.Add(random.Pick(["nope=1", "=", "&&", "a[]=1", "limit", "%00=1", "scale=1&scale=1"]));
        }

        return query.Count > 0 ? $"?{string.Join('&', query)}" : "";

        string ValueOf(OperationParameter parameter) =>
            parameter.Name == "dataset" && !random.Chance(hostility) ? "synthetic-digits" : values.Text(parameter.Schema);
    }

    private static IEnumerable<(string, string)> Headers(Operation operation, SchemaValues values, FuzzRandom random, double hostility)
    {
        if (random.Chance(0.5))
        {
            yield return ("Accept", random.Chance(0.5) && operation.AnswerTypes.Count > 0 ? random.Pick(operation.AnswerTypes)
                : random.Pick(s_accepts));
        }

        foreach (OperationParameter header in operation.Parameters.Where(parameter => parameter.In == "header" && random.Chance(0.3)))
        {
            yield return (header.Name, header.Name == "Prefer" ? "wait=0" : header.Name == "Idempotency-Key" && !random.Chance(hostility)
                ? $"key-{random.Below(1_000_000)}" : Visible(values.Text(header.Schema)));
        }

        if (random.Chance(hostility / 5))
        {
            yield return random.Pick([("Content-Encoding", "gzip"), ("Range", "bytes=5-2"), ("If-Modified-Since", "x"),
                ("If-Match", "\"a\""), ("If-None-Match", "*"), ("Origin", "null"), ("X-API-Key", "none"), ("traceparent", "00-0-0-0")]);
        }
    }

    private (List<(string, string)> Headers, byte[]? Body) Body(
        Operation operation, SchemaValues values, FuzzRandom random, bool isPlain, double hostility)
    {
        string[] types = [.. operation.Bodies!.Select(content => content.Key)];
        string type = isPlain ? types[0] : random.Pick(types);
        byte[] body = type == "application/json" && !isPlain && random.Chance(0.6)
            ? Encoding.UTF8.GetBytes(values.Json(operation.Bodies![type]!["schema"]!.AsObject()))
            : resources.Body(operation, type) ?? throw new InvalidOperationException(
                $"{operation} takes {type}, of which no fuzz test has one");
        if (random.Chance(hostility))
        {
            body = Mutated(body, random);
        }

        string said = type == "multipart/form-data" ? "multipart/form-data; boundary=edge" : type;
        return ([("Content-Type", random.Chance(hostility / 2) ? random.Pick(s_types) : said)], random.Chance(hostility / 8) ? null : body);
    }

    private static byte[] Mutated(byte[] body, FuzzRandom random)
    {
        List<byte> mutated = [.. body];
        for (int change = random.Below(4); change >= 0 && mutated.Count > 0; change--)
        {
            int at = random.Below(mutated.Count), length = Math.Min(random.Below(20), mutated.Count - at);
            switch (random.Below(4))
            {
                case 0:
                    mutated[at] = (byte)random.Below(256);
                    break;
                case 1:
                    mutated.RemoveRange(at, length);
                    break;
                case 2:
                    mutated.InsertRange(at, mutated.GetRange(at, length));
                    break;
                default:
                    mutated.RemoveRange(at, random.Below(3) == 0 ? mutated.Count - at : 0);
                    break;
            }
        }

        return [.. mutated];
    }

    /// <summary>The characters that a client may put into a header.</summary>
    private static string Visible(string text) => string.Concat(text.Where(character => character is >= ' ' and <= '~'));
}
