using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace AutoencoderApi.Api.Errors;

/// <summary>A problem of each type that an operation can answer with, made by the code that makes the real ones.</summary>
internal static class ProblemExamples
{
    private const string Checkpoint = "01a21060-f263-74af-be43-6cf8a0371105";
    private static readonly Guid s_job = Guid.Parse("01a21060-c1dc-7de8-acad-04c104cfdd76");

    private static readonly Dictionary<string, ProblemDetails> s_examples = All().ToDictionary(problem => problem.Type!);

    /// <exception cref="KeyNotFoundException">The type is declared by an endpoint and has no example here.</exception>
    public static JsonNode Of(ProblemType type)
    {
        ProblemDetails problem = s_examples[type.Urn];
        JsonNode written = JsonSerializer.SerializeToNode(problem, problem.GetType(), JsonConventions.Json)!;
        written[ProblemWriter.TraceId] = "00-ad7cf2294bf4ac0c624475c341b22a97-6d1b394e88b46668-00";
        return written;
    }

    private static IEnumerable<ProblemDetails> All()
    {
        ProblemDetails[] ofThePipeline =
        [
            ProblemSetup.Malformed("id", "'none' is not an id (a UUID)."),
            ProblemSetup.StoreAway(isFull: false),
            new() { Status = StatusCodes.Status408RequestTimeout },
            new() { Status = StatusCodes.Status413PayloadTooLarge },
            new() { Status = StatusCodes.Status416RangeNotSatisfiable },
            new() { Status = StatusCodes.Status500InternalServerError },
        ];
        foreach (ProblemDetails problem in ofThePipeline.Concat(OfHandlers().Select(result => result.ProblemDetails)))
        {
            ProblemSetup.Complete(problem, problem.Status!.Value, path: "");
            yield return problem;
        }
    }

    private static ProblemHttpResult[] OfHandlers() =>
    [
        Problems.Invalid(TrainingSettingsValidator.Validate(
            TrainingSettings.For(Architecture.Strided, SyntheticDigits.Name) with { Steps = 0 })),
        Problems.ImageMissing("The form has no file called 'image'. Send one: curl -F image=@digit.png"),
        Problems.CheckpointMissing("The form has no file called 'file'. Send one: curl -F file=@model.safetensors"),
        Problems.CodeMissing("The body is empty."),
        Problems.DatasetMissing("The body is empty. Send a zip of PNGs."),
        Problems.NotAuthenticated($"Send a key in the header {ApiKeyAuthenticationHandler.Header}."),
        Problems.NotAllowed("This needs the role operator; the key has the role reader."),
        Problems.JobNotFound(s_job),
        Problems.FrameNotFound(s_job, 3),
        Problems.ExperimentNotFound(s_job),
        Problems.EvaluationNotFound(s_job),
        Problems.VerificationNotFound(s_job),
        Problems.CheckpointNotFound("none"),
        Problems.TagNotFound("none"),
        Problems.LayerNotFound("none", ["conv1", "code", "deconv1", "output"]),
        Problems.UnitNotFound("code", new TensorShape(32, 7, 7)),
        Problems.DatasetNotFound("none", BuiltInDatasets.Names),
        Problems.ImageNotFound(MirroredSet.Mnist.Name, "test", 10_000, 10_000),
        Problems.LabelsNotFound("leaves"),
        Problems.Conflict($"The job has not ended. POST /v1/training-jobs/{s_job}/cancel first."),
        Problems.CheckpointTagged("shown", $"checkpoint {Checkpoint}"),
        Problems.PreconditionFailed("The tag 'shown' is not what If-Match says. GET /v1/tags/shown shows its checkpoint and its ETag."),
        Problems.ImageTooLarge("The image has 20000×20000 pixels; at most 10000 a side are taken."),
        Problems.TooMuchMemory("It takes 2000000000 bytes, and a request may have 1610612736. Ask for less, or send less."),
        Problems.MediaTypeUnsupported("Send the code as application/json or as application/x-npy."),
        Problems.Unprocessable($"startFrom: there is no checkpoint {Checkpoint}. GET /v1/checkpoints lists them."),
        Problems.CheckpointChanged(Checkpoint),
        Problems.FrameDamaged(s_job, 512),
        Problems.ImageUnusable("preprocess=none takes 28×28 images only, this one is 640×480. Use preprocess=auto."),
        Problems.NoDigitFound(ground: 203, noise: 2, contrast: 0.031),
        Problems.SeveralDigits(2),
        Problems.CodeUnusable("Value 12 is NaN; all must be finite, and at most 1E+015 in size."),
        Problems.SwitchesMissing("Name the image: ?switchesFrom=INDEX of a data set, or \"pixels\" beside \"values\"."),
        Problems.DatasetUnusable("'3/b.png' is 32×32, and the first image is 28×28; all of a set must have one size."),
        Problems.DatasetUnavailable("fashion-mnist: /data/datasets/fashion-mnist lacks train-images-idx3-ubyte."),
        Problems.DatasetPending("mnist is being fetched, which takes a minute or so. Ask again then."),
        Problems.FigureTooLarge(16_000, 12_000, 16_000_000),
        Problems.KeyReused("The key 'a' was used with another request within the last 24 hours. Use a new key for a new request."),
        Problems.TooManyRequests("Requests come faster than one caller may send them.", 1),
        Problems.QueueFull("50 jobs may wait at a time. Try again when one has started.", 10),
        Problems.MemoryFull(1),
        Problems.Timeout(60),
    ];
}
