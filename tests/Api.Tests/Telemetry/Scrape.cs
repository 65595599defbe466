using System.Globalization;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Api.Tests.Telemetry;

/// <summary>One answer of <c>/metrics</c> in Prometheus's text format 0.0.4.</summary>
internal sealed partial class Scrape(string text)
{
    private readonly Match[] _samples = [.. Sample().Matches(text).Cast<Match>()];

    public IReadOnlySet<string> Names => _samples.Select(sample => sample.Groups["name"].Value).ToHashSet();

    public IReadOnlySet<string> Labels =>
        _samples
            .SelectMany(sample => Label().Matches(sample.Groups["labels"].Value).Cast<Match>())
            .Select(label => label.Groups["name"].Value)
            .ToHashSet();

    /// <summary>Asks until the answer is as awaited: counts of jobs are some seconds old, and a step takes its time.</summary>
    public static async Task<Scrape> Await(HttpClient http, Func<Scrape, bool> awaited)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var scrape = new Scrape(await http.GetStringAsync("/metrics", timeout.Token));
            if (awaited(scrape))
            {
                return scrape;
            }

            await Task.Delay(200, timeout.Token);
        }
    }

    /// <summary>The sum of the samples that have all these labels, written as <c>name="value"</c>; no number where there is none.</summary>
    public double Sum(string name, params string[] labels)
    {
        double[] values =
        [
            .. _samples
                .Where(sample =>
                    sample.Groups["name"].Value == name && labels.All(label => sample.Groups["labels"].Value.Split(',').Contains(label)))
                .Select(sample => double.Parse(sample.Groups["value"].Value, CultureInfo.InvariantCulture)),
        ];
        return values.Length > 0 ? values.Sum() : double.NaN;
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>\S+)""", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>\w+)="[^"]*""")]
    private static partial Regex Label();
}
