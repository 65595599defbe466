using System.Globalization;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Errors;

/// <summary>The problems that the service answers with, each with a detail that says what to do.</summary>
internal static class Problems
{
    /// <summary>Seconds, in a problem that may be over by then; the header of that name says the same.</summary>
    public const string RetryAfter = "retryAfter";

    public static ProblemHttpResult NotAuthenticated(string detail) => ProblemType.NotAuthenticated.With(detail);

    public static ProblemHttpResult NotAllowed(string detail) => ProblemType.NotAllowed.With(detail);

    public static ProblemHttpResult TooManyRequests(string detail, int retrySeconds) =>
        Later(ProblemType.TooManyRequests, detail, retrySeconds);

    public static ProblemHttpResult QueueFull(string detail, int retrySeconds) => Later(ProblemType.QueueFull, detail, retrySeconds);

    public static ProblemHttpResult Timeout(int limit) => Later(
        ProblemType.Timeout, $"It was cancelled after {limit} s (Limits:RequestSeconds). Ask for less, or try again.", retrySeconds: 1);

    public static ProblemHttpResult MemoryFull(int retrySeconds) => Later(
        ProblemType.MemoryFull,
        "The requests that are being answered hold all memory that they may (Limits:MemoryMebibytes). Send it again soon.",
        retrySeconds);

    public static ProblemHttpResult TooLarge(string detail) => ProblemType.TooLarge.With(detail);

    public static ProblemHttpResult TooMuchMemory(string detail) => ProblemType.TooMuchMemory.With(detail);

    public static ProblemHttpResult FigureTooLarge(long width, long height, int limit) => ProblemType.FigureTooLarge.With(
        $"It would have {width}×{height} pixels; at most {limit} in all are rendered. Ask for a smaller scale, or fewer images.");

    public static ProblemHttpResult JobNotFound(Guid id) =>
        ProblemType.JobNotFound.With($"There is no training job {id}. GET /v1/training-jobs lists them.");

    public static ProblemHttpResult FrameNotFound(Guid job, int step) => ProblemType.FrameNotFound.With(
        $"The film of job {job} has no frame of step {step}. GET /v1/training-jobs/{job}/film lists its frames.");

    public static ProblemHttpResult FilmEmpty(Guid job, bool isFilmed) => ProblemType.FrameNotFound.With(
        isFilmed
            ? $"The film of job {job} has no frame yet: it has its first one when the job starts. Ask again then."
            : $"Job {job} keeps no film: its field film is false. POST a job with \"film\": true.");

    public static ProblemHttpResult FrameDamaged(Guid job, int step) => ProblemType.FrameDamaged.With(
        $"The bytes of the frame of step {step} of job {job} are not those that were stored. Use another frame.");

    public static ProblemHttpResult ExperimentNotFound(Guid id) =>
        ProblemType.ExperimentNotFound.With($"There is no experiment {id}. GET /v1/experiments lists them.");

    public static ProblemHttpResult EvaluationNotFound(Guid id) =>
        ProblemType.EvaluationNotFound.With($"There is no evaluation {id}. GET /v1/evaluations lists them.");

    public static ProblemHttpResult VerificationNotFound(Guid id) =>
        ProblemType.VerificationNotFound.With($"There is no verification {id}. GET /v1/verifications lists them.");

    public static ProblemHttpResult CheckpointNotFound(string reference) => ProblemType.CheckpointNotFound.With(
        $"There is no checkpoint '{reference}'. Use an id from GET /v1/checkpoints, or a tag from GET /v1/tags: "
        + $"'latest', 'best' (once a job has succeeded) or one of yours.");

    public static ProblemHttpResult UnitNotFound(string layer, TensorShape shape) => ProblemType.UnitNotFound.With(
        $"{layer} has {shape.Channels} channels of {shape.Height} rows and {shape.Width} columns; each is counted from 0.");

    public static ProblemHttpResult LayerNotFound(string layer, IEnumerable<string> layers) =>
        ProblemType.LayerNotFound.With($"This network has no layer '{layer}'. It has {string.Join(", ", layers)}.");

    public static ProblemHttpResult KernelsNotFound(string layer, IEnumerable<string> layers) =>
        ProblemType.LayerNotFound.With($"This network has no kernels in a layer '{layer}'. It has some in {string.Join(", ", layers)}.");

    public static ProblemHttpResult DatasetNotFound(string name, IEnumerable<string> names) =>
        ProblemType.DatasetNotFound.With($"There is no data set '{name}'. There are {string.Join(", ", names)}.");

    public static ProblemHttpResult ImageNotFound(string dataset, string split, long index, int count) =>
        ProblemType.ImageNotFound.With($"{dataset}/{split} has images 0 to {count - 1}; {index} is not one of them.");

    public static ProblemHttpResult LabelsNotFound(string dataset) => ProblemType.LabelsNotFound.With(
        $"The images of {dataset} have no labels. PUT /v1/datasets/NAME takes them from the folders of a zip, or from IDX files.");

    public static ProblemHttpResult DatasetMissing(string detail) => ProblemType.DatasetMissing.With(detail);

    public static ProblemHttpResult DatasetUnusable(string detail) => ProblemType.DatasetUnusable.With(detail);

    public static ProblemHttpResult DatasetPending(string detail) => Later(ProblemType.DatasetPending, detail, retrySeconds: 10);

    public static ProblemHttpResult DatasetUnavailable(string reason) => ProblemType.DatasetUnavailable.With(reason);

    public static ProblemHttpResult Unprocessable(string detail) => ProblemType.Unprocessable.With(detail);

    public static ProblemHttpResult Conflict(string detail) => ProblemType.Conflict.With(detail);

    public static ProblemHttpResult TagNotFound(string name) =>
        ProblemType.TagNotFound.With($"There is no tag '{name}'. GET /v1/tags lists them.");

    public static ProblemHttpResult CheckpointTagged(string tag, string tagged) => ProblemType.CheckpointTagged.With(
        $"The tag '{tag}' names {tagged}. DELETE /v1/tags/{tag} first, or move it to another checkpoint.");

    public static ProblemHttpResult PreconditionFailed(string detail) => ProblemType.PreconditionFailed.With(detail);

    public static ProblemHttpResult KeyReused(string detail) => ProblemType.KeyReused.With(detail);

    public static ProblemHttpResult CheckpointMissing(string detail) => ProblemType.CheckpointMissing.With(detail);

    public static ProblemHttpResult ImageMissing(string detail) => ProblemType.ImageMissing.With(detail);

    public static ProblemHttpResult ImageUnusable(string detail) => ProblemType.ImageUnusable.With(detail);

    /// <param name="ground">The ground's level, 0..255.</param>
    /// <param name="noise">Standard deviation of the ground's noise, in levels.</param>
    /// <param name="contrast">How far the strongest mark stands out, as a fraction of the ground's level.</param>
    public static ProblemHttpResult NoDigitFound(int ground, int noise, double contrast) => ProblemType.NoDigitFound.With(
        string.Create(
            CultureInfo.InvariantCulture,
            $"The ground's level is {ground} of 255 and its noise {noise}; the strongest mark differs from it by {contrast:P0}, and none "
            + $"has the shape of a digit, which is strokes of one contrast with an edge all around, at least 3 % of the image high. "
            + $"Send a sharper image, or one cut out around the digit; preprocess=resize takes any image as it is."),
        new KeyValuePair<string, object?>("measured", new { ground, noise, contrast = Math.Round(contrast, 3) }));

    public static ProblemHttpResult SeveralDigits(int count) => ProblemType.SeveralDigits.With(
        $"There are {count} digits on the image. Cut one of them out, or send digits=largest in the query to take the largest.");

    public static ProblemHttpResult CodeMissing(string detail) => ProblemType.CodeMissing.With(detail);

    public static ProblemHttpResult CodeUnusable(string detail) => ProblemType.CodeUnusable.With(detail);

    public static ProblemHttpResult SwitchesMissing(string detail) => ProblemType.SwitchesMissing.With(detail);

    public static ProblemHttpResult ImageTooLarge(string detail) => ProblemType.ImageTooLarge.With(detail);

    public static ProblemHttpResult MediaTypeUnsupported(string detail) => ProblemType.UnsupportedMediaType.With(detail);

    public static ProblemHttpResult CheckpointDamaged(string detail) => ProblemType.CheckpointDamaged.With(detail);

    public static ProblemHttpResult CheckpointChanged(object id) =>
        CheckpointDamaged($"The bytes of checkpoint {id} are not those that were stored. Use another checkpoint of its job.");

    public static ProblemHttpResult Invalid(string field, string rule) => Invalid(new Dictionary<string, string> { [field] = rule });

    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string> violations)
    {
        var problem = new HttpValidationProblemDetails(
            violations.ToDictionary(violation => violation.Key, violation => new[] { violation.Value }));
        DescribeInvalid(problem);
        return TypedResults.Problem(problem);
    }

    /// <summary>Says in words, and under the URN, what its <c>errors</c> say.</summary>
    public static void DescribeInvalid(HttpValidationProblemDetails problem)
    {
        ProblemType type = ProblemType.InvalidFields;
        (problem.Type, problem.Title, problem.Status) = (type.Urn, type.Title, type.Status);
        problem.Detail = string.Join(" ", problem.Errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}"));
    }

    private static ProblemHttpResult Later(ProblemType type, string detail, int retrySeconds) =>
        type.With(detail, new KeyValuePair<string, object?>(RetryAfter, retrySeconds));
}
