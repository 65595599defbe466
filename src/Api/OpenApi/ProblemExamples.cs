using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>One problem that an operation can answer with, for each status, written by the code that writes the real ones.</summary>
internal static class ProblemExamples
{
    private const string Checkpoint = "01a21060-f263-74af-be43-6cf8a0371105";
    private static readonly Guid s_job = Guid.Parse("01a21060-c1dc-7de8-acad-04c104cfdd76");

    /// <summary>The problem, and what to call it: the ending of its URN, and where that is not all, what else tells it from others of its type.</summary>
    public static (string Name, JsonObject Example) Of(int status, Role role, ApiDescription operation)
    {
        string path = $"/{operation.RelativePath!.TrimEnd('/')}";
        ProblemDetails problem = Specific(status, role, operation, path) ?? new ProblemDetails { Status = status };
        ProblemSetup.Complete(problem, status, path);
        JsonObject written = JsonSerializer.SerializeToNode(problem, problem.GetType(), JsonConventions.Json)!.AsObject();
        written["traceId"] = "00-ad7cf2294bf4ac0c624475c341b22a97-6d1b394e88b46668-00";
        string which = written["errors"] is JsonObject errors ? $"-{errors.First().Key}" : status == 403 ? $"-{JsonConventions.Name(role)}"
            : "";
        return ($"{problem.Type![Problems.UrnPrefix.Length..]}{which}", written);
    }

    private static ProblemDetails? Specific(int status, Role role, ApiDescription operation, string path) => status switch
    {
        400 when BrokenRule(operation) is null && operation.ParameterDescriptions.Any(parameter => parameter.Name == "id") =>
            ProblemSetup.Malformed("id", "'none' is not an id (a UUID)."),
        503 => ProblemSetup.StoreAway(isFull: false),
        _ => Answered(status, role, operation, path)?.ProblemDetails,
    };

    private static ProblemHttpResult? Answered(int status, Role role, ApiDescription operation, string path) => (status, path) switch
    {
        (400, _) when BrokenRule(operation) is var (name, rule) => Problems.Invalid(name, rule),
        (400, "/v1/training-jobs") => Problems.Invalid(TrainingSettingsValidator.Validate(TrainingSettings.For(Architecture.Strided, SyntheticDigits.Name) with { Steps = 0 })),
        (400, _) when operation.HttpMethod is "GET" or "DELETE" =>
            Problems.Invalid("verbose", "there is no such query parameter; there are none."),
        (401, _) => Problems.NotAuthenticated($"Send a key in the header {ApiKeyAuthenticationHandler.Header}."),
        (403, _) when role > Role.Reader => Problems.NotAllowed($"This needs the role {JsonConventions.Name(role)}; the key has the role {JsonConventions.Name(Role.Reader)}."),
        (403, _) => Problems.NotAllowed(LoopbackOnlyMiddleware.NotLocal),
        (404, _) when path.Contains("{id}", StringComparison.Ordinal) => Problems.JobNotFound(s_job),
        (404, _) when path.Contains("{reference}", StringComparison.Ordinal) => Problems.CheckpointNotFound("none"),
        (404, _) when path.Contains("{tag}", StringComparison.Ordinal) => Problems.TagNotFound("none"),
        (404, "/v1/datasets/{name}") => Problems.DatasetNotFound("none", BuiltInDatasets.Names),
        (404, _) => Problems.ImageNotFound(MirroredSet.Mnist.Name, "test", 10_000, 10_000),
        (409, "/v1/datasets/{name}") => Problems.Conflict($"Job {s_job} trains on it and has not ended. POST {JobLinks.Of(s_job).Cancel} first."),
        (409, _) when path.Contains("{reference}", StringComparison.Ordinal) =>
            Problems.CheckpointTagged("shown", $"checkpoint {Checkpoint}"),
        (409, _) => Problems.Conflict($"The job has not ended. POST {JobLinks.Of(s_job).Cancel} first."),
        (412, _) => Problems.PreconditionFailed("The tag 'shown' is not what If-Match or If-None-Match says. GET /v1/tags/shown shows where it is, and its ETag."),
        (422, "/v1/checkpoints") => Problems.CheckpointDamaged("Tensor 'conv1.weight': value 0 is NaN; values must be finite and within ±10000."),
        (422, "/v1/datasets/{name}") => Problems.DatasetUnusable("'3/b.png' is 32×32, and the first image is 28×28; all of a set must have one size."),
        (422, "/v1/training-jobs") =>
            Problems.Unprocessable($"startFrom: there is no checkpoint {Checkpoint}. GET /v1/checkpoints lists them."),
        (422, _) when path.Contains("{tag}", StringComparison.Ordinal) => Problems.Unprocessable("'latest' is kept by the service and moves by itself. Choose another name."),
        (422, _) when path.EndsWith("weights", StringComparison.Ordinal) || path.EndsWith("onnx", StringComparison.Ordinal) => Problems.CheckpointChanged(Checkpoint),
        (422, _) when path.EndsWith("index}.png", StringComparison.Ordinal) => Problems.DatasetUnavailable("fashion-mnist: /data/datasets/fashion-mnist lacks train-images-idx3-ubyte or train-labels-idx1-ubyte."),
        (422, _) => Problems.FigureTooLarge(16_000, 12_000, 16_000_000),
        (429, _) => Problems.TooManyRequests("Requests come faster than one caller may send them.", 1),
        _ => null,
    };

    /// <summary>The first parameter that has a rule, with that rule.</summary>
    private static (string Name, string Rule)? BrokenRule(ApiDescription operation) => operation.ParameterDescriptions
        .SelectMany(parameter => parameter.CustomAttributes().OfType<ValidationAttribute>(), (parameter, rule) => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name) is var name ? (name, rule.FormatErrorMessage(name)) : default)
        .Cast<(string, string)?>().FirstOrDefault();
}
