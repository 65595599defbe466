using System.Globalization;
using System.Text.Json;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Api.Experiments.Reports.ReportText;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>
/// What came out of an experiment, as one sentence: which of the jobs that succeeded has the least test loss, and by how much.
/// </summary>
internal static class Outcome
{
    /// <summary>Jobs that differ in their seed alone, taken together.</summary>
    /// <param name="Deviation">The standard deviation of their test losses; 0 of a single one.</param>
    private sealed record Candidate(string Label, int Seeds, double Mean, double Deviation, double? ArticleLoss)
    {
        public string Value => Seeds == 1 ? Loss(Mean) : $"{Loss(Mean, Deviation)} over {Seeds} seeds";
    }

    public static string Of(IReadOnlyList<ReportRow> rows)
    {
        ReportRow[] measured = [.. rows.Where(row => row.Status == JobStatus.Succeeded && row.TestLoss is not null)];
        bool isFinal = rows.All(row => row.Status.IsTerminal());
        if (measured.Length == 0)
        {
            return WithoutLoss(rows, isFinal);
        }

        string have = measured.Length == 1 ? "has" : "have";
        string scope = measured.Length == rows.Count ? ""
            : isFinal ? $"Of {rows.Count} jobs, {measured.Length} {have} succeeded: "
            : $"Of {rows.Count} jobs, {measured.Length} {have} succeeded so far: ";
        if (measured.DistinctBy(Task).Count() > 1)
        {
            (double least, double largest) = (measured.Min(row => row.TestLoss!.Value), measured.Max(row => row.TestLoss!.Value));
            return $"{scope}{(scope.Length == 0 ? "The" : "their")} test losses range from {Loss(least)} to {Loss(largest)}; "
                + "the jobs differ in their data, so these losses do not compare.";
        }

        Candidate[] candidates = [.. measured.GroupBy(WithoutSeed).Select(Together).OrderBy(candidate => candidate.Mean)];
        Candidate best = candidates[0];
        Candidate[] ties = [.. candidates.TakeWhile(candidate => candidate.Mean.Equals(best.Mean))];
        return $"{scope}{Comparison(candidates, ties)}{AgainstArticle(best)}.";
    }

    private static string Comparison(Candidate[] candidates, Candidate[] ties) => candidates switch
    {
        [{ Seeds: 1 } only] => $"{only.Label} has a test loss of {only.Value}",
        [var only] => $"{only.Label} has a mean test loss of {only.Value} (± standard deviation)",
        _ when ties.Length > 1 => $"{Listed(ties)} have the same least test loss, {ties[0].Value}",
        [var best, var next, ..] => $"{best.Label} has the least {(best.Seeds > 1 || next.Seeds > 1 ? "mean " : "")}test loss, "
            + $"{best.Value}, {Ratio(best.Mean, next.Mean)} that of the next, {next.Label} ({next.Value})",
        [] => "",
    };

    private static string AgainstArticle(Candidate best) =>
        best.ArticleLoss is { } article ? $"; this is {Ratio(best.Mean, article)} the article's {Loss(article)}" : "";

    /// <summary>How large a number is beside another one, to be followed by that: "2.0 % of", "0.2 % below", "3.1 times".</summary>
    private static string Ratio(double value, double other) => (value / other) switch
    {
        1 => "equal to",
        < 0.5 and var ratio => $"{Fraction(ratio)} of",
        < 1 and var ratio => $"{Fraction(1 - ratio)} below",
        <= 2 and var ratio => $"{Fraction(ratio - 1)} above",
        var ratio => string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0} times"),
    };

    private static string Fraction(double fraction) =>
        fraction is > 0 and < 0.0005
            ? "less than 0.1 %"
            : fraction.ToString(fraction < 0.1 ? "0.0 %" : "0 %", CultureInfo.InvariantCulture);

    private static string Listed(Candidate[] ties) =>
        $"{string.Join(", ", ties[..^1].Select(tie => tie.Label))} and {ties[^1].Label}";

    private static string WithoutLoss(IReadOnlyList<ReportRow> rows, bool isFinal) => rows switch
    {
        [] => "The experiment has no jobs left.",
        [{ Status: JobStatus.Failed }] => "The job failed.",
        _ when rows.All(row => row.Status == JobStatus.Failed) => $"All {rows.Count} jobs failed.",
        _ when !rows.Any(row => row.Status.IsTerminal()) => $"No job has ended yet: {Statuses(rows)}.",
        _ => $"No job has succeeded{(isFinal ? "" : " yet")}: {Statuses(rows)}.",
    };

    private static Candidate Together(IGrouping<string, ReportRow> jobs)
    {
        ReportRow[] rows = [.. jobs];
        double mean = rows.Average(row => row.TestLoss!.Value);
        double deviation = rows.Length == 1
            ? 0
            : Math.Sqrt(rows.Sum(row => Math.Pow(row.TestLoss!.Value - mean, 2)) / (rows.Length - 1));
        return new Candidate(rows.Length == 1 ? rows[0].Label : rows[0].Group, rows.Length, mean, deviation, rows[0].ArticleLoss);
    }

    /// <summary>What the losses are measured on: those of other images, or of other noise on them, do not compare.</summary>
    private static string Task(ReportRow row) =>
        JsonSerializer.Serialize((object?[])[row.Settings.Dataset, row.Settings.ImageShape, row.Settings.Labels, row.Settings.Noise]);

    private static string WithoutSeed(ReportRow row) => JsonSerializer.Serialize(row.Settings with { Seed = 0 }, JsonConventions.Json);
}
