using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments;

/// <summary>From a request for an experiment to its jobs.</summary>
internal static class ExperimentPlan
{
    /// <returns>The jobs; or what is wrong with the request, by field.</returns>
    public static async Task<Result<PlannedJob[], Dictionary<string, string>>> OfAsync(
        ExperimentRequest request,
        DatasetCatalog datasets,
        JobLimits bounds,
        int maxJobs,
        CancellationToken token)
    {
        (string Field, int Count)[] given =
        [
            ("preset", request.Preset is null ? 0 : Enum.GetValues<Architecture>().Length),
            ("jobs", request.Jobs?.Length ?? 0),
            ("grid", Combinations(request.Grid)),
        ];
        given = [.. given.Where(field => field.Count > 0)];
        if (given is not [(string field, int count)])
        {
            return Wrong("jobs", "give either a preset, or a list of jobs, or a grid with values for each setting.");
        }

        if (count > maxJobs)
        {
            return Wrong(field, $"is {count} jobs; an experiment has at most {maxJobs} here (Limits:ExperimentJobs).");
        }

        if (MetadataPairs.Violation(request.Metadata) is { } rule)
        {
            return Wrong(MetadataPairs.Field, rule);
        }

        if (field == "jobs" && Array.IndexOf(request.Jobs!, null) is >= 0 and var at)
        {
            return Wrong($"jobs[{at}]", "must not be null.");
        }

        return Requests(request, field).TryGet(out List<TrainingJobRequest>? jobs, out Dictionary<string, string>? fault)
            ? await CheckedAsync(field, jobs, datasets, bounds, token)
            : fault;
    }

    private static Dictionary<string, string> Wrong(string field, string rule) => new() { [field] = rule };

    /// <summary>How many jobs a grid is: 0 where it has none, and no more than fit the number.</summary>
    private static int Combinations(Dictionary<string, JsonElement[]>? grid) => grid is null or { Count: 0 }
        ? 0
        : (int)Math.Min(int.MaxValue, grid.Values.Aggregate(1.0, (product, values) => product * (values?.Length ?? 0)));

    /// <param name="given">The field that has jobs: an empty list may stand beside a grid.</param>
    private static Result<List<TrainingJobRequest>, Dictionary<string, string>> Requests(ExperimentRequest request, string given)
    {
        IEnumerable<JsonObject> variations = given switch
        {
            "preset" => Enum.GetValues<Architecture>()
                .Select(JsonConventions.Name)
                .Select(name => new JsonObject { ["architecture"] = name, ["name"] = name }),
            "jobs" => request.Jobs!.Select(job => Fields(job!)),
            _ => Grid(request.Grid!),
        };
        var requests = new List<TrainingJobRequest>();
        foreach (JsonObject variation in variations)
        {
            JsonObject fields = request.Common is null ? [] : Fields(request.Common);
            Array.ForEach(Foreign(variation["architecture"] ?? fields["architecture"]), field => fields.Remove(field));
            foreach ((string name, JsonNode? value) in variation)
            {
                fields[name] = value?.DeepClone();
            }

            try
            {
                requests.Add(fields.Deserialize<TrainingJobRequest>(JsonConventions.Json)!);
            }
            catch (JsonException e)
            {
                return Wrong($"{given}[{requests.Count}].{JsonFault.Field(e)}", JsonFault.Reason(e));
            }
        }

        return requests;
    }

    /// <summary>
    /// The common fields that a job of that architecture has no use for, such as the channels of convolutions for a dense
    /// one.
    /// </summary>
    private static string[] Foreign(JsonNode? architecture)
    {
        Architecture? parsed =
            architecture is JsonValue value && value.TryGetValue(out string? name) ? JsonConventions.Parse<Architecture>(name) : null;
        return Architectures.ForeignSizeFields(parsed ?? TrainingJobRequest.DefaultArchitecture);
    }

    /// <summary>Every combination of the values, the last field varying fastest.</summary>
    private static IEnumerable<JsonObject> Grid(Dictionary<string, JsonElement[]> grid)
    {
        IEnumerable<JsonObject> combinations = [[]];
        foreach ((string field, JsonElement[] values) in grid)
        {
            combinations = combinations.SelectMany(sofar => values.Select(value =>
            {
                var next = (JsonObject)sofar.DeepClone();
                next[field] = JsonSerializer.SerializeToNode(value);
                return next;
            }));
        }

        return combinations;
    }

    /// <summary>The fields that a request gives.</summary>
    private static JsonObject Fields(TrainingJobRequest request) =>
        new(
            JsonSerializer
                .SerializeToNode(request, JsonConventions.Json)!
                .AsObject()
                .Where(field => field.Value is not null)
                .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    private static async Task<Result<PlannedJob[], Dictionary<string, string>>> CheckedAsync(
        string field,
        List<TrainingJobRequest> requests,
        DatasetCatalog datasets,
        JobLimits bounds,
        CancellationToken token)
    {
        var planned = new List<PlannedJob>();
        var violations = new Dictionary<string, string>();
        foreach ((int index, TrainingJobRequest request) in requests.Index())
        {
            if ((await TrainingJobRules.ResolveAsync(request, datasets, bounds, token)).TryGet(
                    out PlannedJob? job,
                    out Dictionary<string, string>? wrong))
            {
                planned.Add(job);
            }

            foreach ((string setting, string rule) in wrong ?? [])
            {
                violations.TryAdd($"{field}[{index}].{setting}", rule);
            }
        }

        return violations.Count > 0 ? violations : planned.ToArray();
    }
}
