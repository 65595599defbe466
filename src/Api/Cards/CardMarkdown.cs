using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Verifications;

namespace AutoencoderApi.Api.Cards;

/// <summary>A model card as Markdown (CommonMark with tables), the numbers as its JSON has them.</summary>
internal static class CardMarkdown
{
    public static string Render(CardResponse card)
    {
        var text = new StringBuilder();
        CheckpointResponse checkpoint = card.Checkpoint;
        Line($"# {card.Title}");
        Line(string.Join(' ', card.Description));
        Table(
            "| | |",
            ("checkpoint", checkpoint.Id.ToString()),
            ("name", checkpoint.Name ?? checkpoint.Provenance?.Tag ?? "–"),
            ("written", checkpoint.CreatedAt.ToString("u", CultureInfo.InvariantCulture)),
            ("file", string.Create(CultureInfo.InvariantCulture, $"{checkpoint.Bytes} bytes, sha256 `{checkpoint.Sha256}`")),
            ("trained by", string.Create(
                CultureInfo.InvariantCulture,
                $"{card.Environment.Engine ?? "an engine that was not recorded"}, threads: {card.Environment.Threads}, "
                + $"{card.Environment.InstructionSet}")));

        Line("## Intended use");
        Items(card.IntendedUse);
        Line("## Limits");
        Items(card.Limits);

        Line("## Data");
        Line(card.Data.Statement);
        Line(card.Data.Sha256 is { } data
            ? $"sha256 of its images and labels: `{data}`."
            : "The sha256 of its images and labels was not recorded.");

        Line("## Lineage");
        Line(checkpoint.Lineage switch
        {
            null => "Not recorded.",
            { Parent: null } => "Trained from the seed, without an earlier checkpoint.",
            { Parent: var parent } => $"Trained on from checkpoint {parent.Id}, sha256 `{parent.Sha256 ?? "not recorded"}`.",
        });

        Line("## Losses");
        Numbers(card.Losses);
        Line("## Evaluations");
        if (card.Evaluations.Count == 0)
        {
            Line("Not evaluated.");
        }

        foreach (CardEvaluation evaluation in card.Evaluations)
        {
            Line($"Evaluation {evaluation.Id}, {evaluation.Split} split of {evaluation.Dataset}"
                + $"{(evaluation.Against is { } against ? $" against {against}" : "")}:");
            Numbers(evaluation.Numbers);
        }

        Line("## Verification");
        Line(card.Verification is { Result: VerificationResult result, Id: var id, EndedAt: var ended }
            ? $"**{JsonConventions.Name(result.Outcome)}** (verification {id}, "
                + $"{ended?.ToString("u", CultureInfo.InvariantCulture)}). {result.Reason}"
            : "Not verified.");

        Line("## Settings");
        JsonObject settings = JsonSerializer.SerializeToNode(checkpoint.Settings, JsonConventions.Json)!.AsObject();
        Table(
            "| setting | value |",
            [.. settings.Where(setting => setting.Value is not null)
                .Select(setting => (setting.Key, $"`{setting.Value!.ToJsonString(JsonConventions.Json).Trim('"')}`"))]);
        return text.ToString();

        void Line(string line) => text.Append(line).Append("\n\n");

        void Items(IEnumerable<string> items)
        {
            foreach (string item in items)
            {
                text.Append("- ").Append(item).Append('\n');
            }

            text.Append('\n');
        }

        void Table(string head, params (string Name, string Value)[] rows)
        {
            text.Append(head).Append("\n|---|---|\n");
            foreach ((string name, string value) in rows)
            {
                text.Append("| ").Append(name).Append(" | ").Append(value).Append(" |\n");
            }

            text.Append('\n');
        }

        void Numbers(IReadOnlyList<CardNumber> numbers)
        {
            if (numbers.Count == 0)
            {
                Line("None stated.");
                return;
            }

            text.Append("| number | value | measured by |\n|---|---|---|\n");
            foreach (CardNumber number in numbers)
            {
                string value = JsonSerializer.Serialize(number.Value, JsonConventions.Json);
                text.Append("| ").Append(number.Name).Append(" | ").Append(value).Append(" | ").Append(number.MeasuredBy).Append(" |\n");
            }

            text.Append('\n');
        }
    }
}
