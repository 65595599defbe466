using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Telemetry;

[Collection(MeasuredCollection.Name)]
public sealed partial class DashboardTests(MeasuredService service)
{
    private static readonly string[] s_ofPrometheus = ["instance"];

    [Fact]
    public void Every_metric_and_label_of_the_dashboard_is_one_that_the_service_tells()
    {
        JsonNode dashboard = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "deploy", "grafana-dashboard.json")))!;
        string[] queries = [.. Texts(dashboard, "expr"), .. Texts(dashboard, "query").Where(query => query.Contains('('))];
        Assert.True(queries.Length > 15, $"only {queries.Length} queries were found");
        foreach (string query in queries)
        {
            string unquoted = Quoted().Replace(query, "");
            string bare = Grouping().Replace(Selector().Replace(Range().Replace(unquoted, ""), ""), "");
            string[] names = [.. Word().Matches(bare).Select(word => word.Value)];
            Assert.NotEmpty(names);
            Assert.All(names, name => Assert.True(service.Scrape.Names.Contains(name), $"{query}: there is no {name}"));
            string[] labels =
            [
                .. Selector().Matches(unquoted).SelectMany(selector => Word().Matches(selector.Value)).Select(word => word.Value),
                .. Grouping()
                    .Matches(unquoted)
                    .SelectMany(grouping => grouping.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries)),
            ];
            Assert.All(labels.Except(s_ofPrometheus), label =>
                Assert.True(service.Scrape.Labels.Contains(label), $"{query}: there is no label {label}"));
        }
    }

    private static IEnumerable<string> Texts(JsonNode? node, string name) =>
        node switch
        {
            JsonObject parts => parts.SelectMany(part =>
                part.Key == name && part.Value is JsonValue text ? [(string)text!] : Texts(part.Value, name)),
            JsonArray items => items.SelectMany(item => Texts(item, name)),
            _ => [],
        };

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\[[^]]*\]")]
    private static partial Regex Range();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Selector();

    /// <summary><c>by (a, b)</c>, and the label that label_values asks for.</summary>
    [GeneratedRegex(@"\bby \((?<labels>[^)]*)\)|, (?<labels>\w+)\)$")]
    private static partial Regex Grouping();

    /// <summary>A name that is not a function's.</summary>
    [GeneratedRegex(@"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")]
    private static partial Regex Word();
}
