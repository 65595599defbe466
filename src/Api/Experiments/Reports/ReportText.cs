using System.Globalization;
using System.Reflection;
using System.Text.Json;
using AutoencoderApi.Domain;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>How a report writes numbers, times and settings: losses as the page does.</summary>
internal static class ReportText
{
    private const int ShortCommit = 8;

    /// <summary>The version of this service, and the commit that it was built from.</summary>
    public static string ServiceVersion { get; } = ReadVersion();

    /// <summary>Three digits that count: 0.0214, 0.0000170.</summary>
    public static string Loss(double? loss) =>
        loss is { } value && double.IsFinite(value) ? value.ToString(value < 1e6 ? $"F{LossDigits(value)}" : "0.00E0", Invariant) : "–";

    /// <summary>A mean with its standard deviation, both to the digits of the mean.</summary>
    public static string Loss(double mean, double deviation) =>
        mean < 1e6 ? $"{Loss(mean)} ± {deviation.ToString($"F{LossDigits(mean)}", Invariant)}" : $"{Loss(mean)} ± {Loss(deviation)}";

    public static string Percent(double? fraction) => fraction?.ToString("0.0 %", Invariant) ?? "–";

    public static string Number(double? value, string format) => value?.ToString(format, Invariant) ?? "–";

    public static string Count(double count) => count.ToString("N0", Invariant);

    /// <summary>Jobs by status: "2 succeeded, 1 failed".</summary>
    public static string Statuses(IEnumerable<ReportRow> rows) => string.Join(
        ", ", rows.GroupBy(row => row.Status).OrderBy(jobs => jobs.Key).Select(jobs => $"{jobs.Count()} {JsonConventions.Name(jobs.Key)}"));

    public static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm 'UTC'", Invariant);

    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 1 } => $"{Math.Max(1, (int)time.TotalSeconds)} s",
        { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes} min",
    };

    /// <summary>A setting's value: 0.01, relu, 16 32, gaussian 0.3.</summary>
    public static string Setting(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "none",
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(Setting)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(field => Setting(field.Value))),
        _ => value.GetRawText(),
    };

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static int LossDigits(double loss) => loss == 0 ? 0 : (int)Math.Clamp(2 - Math.Floor(Math.Log10(Math.Abs(loss))), 3, 9);

    private static string ReadVersion()
    {
        string[] parts = typeof(ReportText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+');
        return parts is [var version, { Length: >= ShortCommit } commit] ? $"{version} (commit {commit[..ShortCommit]})" : parts[0];
    }
}
