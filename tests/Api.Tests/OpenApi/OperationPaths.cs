using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>A path of each operation that leads to something on a service with trained jobs.</summary>
internal sealed record OperationPaths(string Job, string Experiment, string Evaluation, string Verification, string Checkpoint)
{
    public static async Task<OperationPaths> On(TrainedService trained)
    {
        using HttpResponseMessage made = await trained.Service.Post(
            "/v1/experiments", """{"common":{"dataset":"synthetic-digits","steps":1,"channels":[1,1]},"jobs":[{}]}""");
        JsonNode job = trained.Jobs["strided"];
        using HttpResponseMessage evaluated = await trained.Service.Post(
            "/v1/evaluations", $$"""{"checkpoint":"{{await trained.Service.SmallCheckpoint()}}"}""");
        string evaluation = (string)JsonNode.Parse(await evaluated.Content.ReadAsStringAsync())!["links"]!["self"]!;
        await trained.Service.Ended(evaluation);
        using HttpResponseMessage verified = await trained.Service.Post(
            $"/v1/checkpoints/{await trained.Service.SmallCheckpoint()}/verifications", "");
        string verification = (string)JsonNode.Parse(await verified.Content.ReadAsStringAsync())!["links"]!["self"]!;
        await trained.Service.Ended(verification);
        return new(
            (string)job["id"]!,
            made.Headers.Location!.ToString().Split('/')[^1],
            evaluation.Split('/')[^1],
            verification.Split('/')[^1],
            (string)job["latestCheckpoint"]!);
    }

    public string Of(Operation operation) => operation.PathWith(parameter => parameter switch
    {
        "id" => operation.Path.StartsWith("/v1/experiments", StringComparison.Ordinal) ? Experiment
            : operation.Path.StartsWith("/v1/evaluations", StringComparison.Ordinal) ? Evaluation
            : operation.Path.StartsWith("/v1/verifications", StringComparison.Ordinal) ? Verification
            : Job,
        "reference" => Checkpoint,
        "tag" => "latest",
        "layer" => "code",
        "name" => operation.Id == "putDataset" ? "walked" : "synthetic-digits",
        "split" => "test",
        "index" or "channel" or "row" or "column" or "step" => "0",
        _ => throw new InvalidOperationException($"{operation} has a parameter {parameter} that no test knows"),
    });

    /// <summary>The same, where nothing is.</summary>
    public static string Nowhere(Operation operation) => operation.PathWith(parameter => parameter switch
    {
        "id" => Guid.Empty.ToString(),
        "split" => "test",
        "index" or "channel" or "row" or "column" or "step" => "999999",
        _ => "no-such",
    });
}
