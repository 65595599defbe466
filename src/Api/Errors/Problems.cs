using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Errors;

/// <summary>Every problem the service can answer with, under its stable URN (RFC 9457, section 3.1.1).</summary>
internal static class Problems
{
    public const string UrnPrefix = "urn:autoencoder-api:problem:";

    /// <summary>Seconds, in a problem that may be over by then; the header of that name says the same.</summary>
    public const string RetryAfter = "retryAfter";

    /// <summary>The ending of the URN and the title of a problem that has nothing special to say beyond its status.</summary>
    public static (string Slug, string Title) ForStatus(int status) => status switch
    {
        400 => ("malformed-request", "The request is malformed"),
        401 => ("not-authenticated", "Authentication required"),
        403 => ("not-allowed", "Forbidden"),
        404 => ("not-found", "Not found"),
        405 => ("method-not-allowed", "The method does not apply here"),
        406 => ("not-acceptable", "No such representation"),
        408 => ("too-slow", "The request came too slowly"),
        409 => ("conflict", "The state does not allow this"),
        411 => ("length-required", "The length is missing"),
        412 => ("precondition-failed", "Precondition failed"),
        413 => ("too-large", "The request is too large"),
        414 => ("uri-too-long", "The request's target is too long"),
        415 => ("unsupported-media-type", "The media type is not supported"),
        416 => ("range-not-satisfiable", "The range lies outside the file"),
        422 => ("unprocessable", "The request cannot be carried out"),
        429 => ("too-many-requests", "Too many requests"),
        431 => ("headers-too-large", "The request's headers are too large"),
        503 => ("unavailable", "The service cannot answer now"),
        505 => ("version-not-supported", "The HTTP version is not supported"),
        < 500 => ("malformed-request", "The request is malformed"),
        _ => ("internal-error", "Something went wrong in the service"),
    };

    public static ProblemHttpResult NotAuthenticated(string detail) => Of(401, "not-authenticated", "Authentication required", detail);

    public static ProblemHttpResult NotAllowed(string detail) => Of(403, "not-allowed", "Forbidden", detail);

    public static ProblemHttpResult TooManyRequests(string detail, int retrySeconds) => Later(429, "too-many-requests", "Too many requests", detail, retrySeconds);

    public static ProblemHttpResult QueueFull(string detail, int retrySeconds) => Later(429, "queue-full", "The queue is full", detail, retrySeconds);

    public static ProblemHttpResult Timeout(int limit) => Later(
        503, "timeout", "The request timed out", $"It was cancelled after {limit} s (Limits:RequestSeconds). Ask for less, or try again.", retrySeconds: 1);

    public static ProblemHttpResult MemoryFull(int retrySeconds) => Later(
        503, "memory-full", "Other requests hold the memory", "The requests that are being answered hold all memory that they may (Limits:MemoryMebibytes). Send it again soon.", retrySeconds);

    public static ProblemHttpResult TooMuchMemory(string detail) => Of(413, "too-much-memory", "The request takes too much memory", detail);

    public static ProblemHttpResult FigureTooLarge(long width, long height, int limit) => Of(
        422, "figure-too-large", "The figure would be too large", $"It would have {width}×{height} pixels; at most {limit} in all are drawn. Ask for a smaller scale, or fewer images.");

    public static ProblemHttpResult NotFound(string detail) => Of(404, "not-found", "Not found", detail);

    public static ProblemHttpResult JobNotFound(Guid id) =>
        Of(404, "job-not-found", "No such training job", $"There is no training job {id}. GET /v1/training-jobs lists them.");

    public static ProblemHttpResult ExperimentNotFound(Guid id) =>
        Of(404, "experiment-not-found", "No such experiment", $"There is no experiment {id}. GET /v1/experiments lists them.");

    public static ProblemHttpResult CheckpointNotFound(string reference) => Of(
        404, "checkpoint-not-found", "No such checkpoint",
        $"There is no checkpoint '{reference}'. Use an id from GET /v1/checkpoints, or a tag from GET /v1/tags: 'latest', 'best' (once a job has succeeded) or one of yours.");

    public static ProblemHttpResult LayerNotFound(string layer, IEnumerable<string> layers) => Of(
        404, "layer-not-found", "No such layer", $"This network has no layer '{layer}'. It has {string.Join(", ", layers)}.");

    public static ProblemHttpResult KernelsNotFound(string layer, IEnumerable<string> layers) => Of(
        404, "layer-not-found", "No such layer", $"This network has no kernels in a layer '{layer}'. It has some in {string.Join(", ", layers)}.");

    public static ProblemHttpResult DatasetNotFound(string name, IEnumerable<string> names) => Of(
        404, "dataset-not-found", "No such data set", $"There is no data set '{name}'. There are {string.Join(", ", names)}.");

    public static ProblemHttpResult ImageNotFound(string dataset, string split, int index, int count) => Of(
        404, "image-not-found", "No such image", $"{dataset}/{split} has images 0 to {count - 1}; {index} is not one of them.");

    public static ProblemHttpResult DatasetMissing(string detail) => Of(400, "dataset-missing", "There is no data set in the request", detail);

    public static ProblemHttpResult DatasetUnusable(string detail) => Of(422, "dataset-unusable", "The images make no data set", detail);

    public static ProblemHttpResult DatasetPending(string detail) => Later(503, "dataset-pending", "The data set is being downloaded", detail, retrySeconds: 10);

    public static ProblemHttpResult DatasetUnavailable(string reason) => Of(422, "dataset-unavailable", "The data set cannot be had", reason);

    public static ProblemHttpResult Unprocessable(string detail) => Of(422, "unprocessable", "The request cannot be carried out", detail);

    public static ProblemHttpResult Conflict(string detail) => Of(409, "conflict", "The state does not allow this", detail);

    public static ProblemHttpResult TagNotFound(string name) =>
        Of(404, "tag-not-found", "No such tag", $"There is no tag '{name}'. GET /v1/tags lists them.");

    public static ProblemHttpResult CheckpointTagged(string tag, string tagged) => Of(
        409, "checkpoint-tagged", "A tag names the checkpoint", $"The tag '{tag}' names {tagged}. DELETE /v1/tags/{tag} first, or move it to another checkpoint.");

    public static ProblemHttpResult PreconditionFailed(string detail) =>
        Of(412, "precondition-failed", "Precondition failed", detail);

    public static ProblemHttpResult KeyReused(string detail) => Of(422, "idempotency-key-reused", "The idempotency key belongs to another request", detail);

    public static ProblemHttpResult CheckpointMissing(string detail) => Of(400, "checkpoint-missing", "There is no checkpoint in the request", detail);

    public static ProblemHttpResult ImageMissing(string detail) => Of(400, "picture-missing", "There is no image in the request", detail);

    public static ProblemHttpResult ImageUnusable(string detail) => Of(422, "picture-unusable", "The image cannot be used", detail);

    /// <param name="ground">The ground's level, 0..255.</param>
    /// <param name="noise">Standard deviation of the ground's noise, in levels.</param>
    /// <param name="contrast">How far the strongest mark stands out, as a fraction of the ground's level.</param>
    public static ProblemHttpResult NoDigitFound(int ground, int noise, double contrast) => TypedResults.Problem(
        type: UrnPrefix + "no-digit-found", title: "No digit was found", statusCode: 422,
        detail: string.Create(
            CultureInfo.InvariantCulture,
            $"The ground's level is {ground} of 255 and its noise {noise}; the strongest mark differs from it by {contrast:P0}, and none has the shape of a digit, which is strokes of one contrast with an edge all around, at least 3 % of the image high. Send a sharper image, or one cut out around the digit; preprocess=resize takes any image as it is."),
        extensions: [new("measured", new { ground, noise, contrast = Math.Round(contrast, 3) })]);

    public static ProblemHttpResult SeveralDigits(int count) => Of(
        422, "several-digits", "There are several digits", $"There are {count} digits on the image. Cut one of them out, or send digits=largest in the query to take the largest.");

    public static ProblemHttpResult CodeMissing(string detail) => Of(400, "code-missing", "There is no code in the request", detail);

    public static ProblemHttpResult CodeUnusable(string detail) => Of(422, "code-unusable", "The code cannot be decoded", detail);

    public static ProblemHttpResult SwitchesMissing(string detail) => Of(422, "switches-missing", "The network needs an image's switches", detail);

    public static ProblemHttpResult ImageTooLarge(string detail) => Of(413, "image-too-large", "The image is too large", detail);

    public static ProblemHttpResult MediaTypeUnsupported(string detail) =>
        Of(415, "unsupported-media-type", "The media type is not supported", detail);

    public static ProblemHttpResult CheckpointDamaged(string detail) => Of(422, "checkpoint-damaged", "The checkpoint is damaged", detail);

    public static ProblemHttpResult CheckpointChanged(object id) =>
        CheckpointDamaged($"The bytes of checkpoint {id} are not those that were stored. Use another checkpoint of its job.");

    public static ProblemHttpResult Invalid(string field, string rule) => Invalid(new Dictionary<string, string> { [field] = rule });

    public static ProblemHttpResult Invalid(IReadOnlyDictionary<string, string> violations)
    {
        var problem = new HttpValidationProblemDetails(violations.ToDictionary(violation => violation.Key, violation => new[] { violation.Value }));
        DescribeInvalid(problem);
        return TypedResults.Problem(problem);
    }

    /// <summary>Says in words, and under the URN, what its <c>errors</c> say.</summary>
    public static void DescribeInvalid(HttpValidationProblemDetails problem)
    {
        (problem.Type, problem.Title, problem.Status) = (UrnPrefix + "invalid-fields", "Some fields are invalid", StatusCodes.Status400BadRequest);
        problem.Detail = string.Join(" ", problem.Errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}"));
    }

    private static ProblemHttpResult Later(int status, string slug, string title, string detail, int retrySeconds) => TypedResults.Problem(
        type: UrnPrefix + slug, title: title, statusCode: status, detail: detail, extensions: [new(RetryAfter, retrySeconds)]);

    private static ProblemHttpResult Of(int status, string slug, string title, string detail) =>
        TypedResults.Problem(type: UrnPrefix + slug, title: title, statusCode: status, detail: detail);
}
