using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Errors;

/// <summary>
/// A type of problem under its stable URN (RFC 9457, section 3.1.1). Endpoints declare the types that they can answer with, and every
/// answer is made from its type.
/// </summary>
internal sealed record ProblemType(int Status, string Slug, string Title)
{
    public const string UrnPrefix = "urn:autoencoder-api:problem:";

    public static readonly ProblemType MalformedRequest = new(400, "malformed-request", "The request is malformed");
    public static readonly ProblemType InvalidFields = new(400, "invalid-fields", "Some fields are invalid");
    public static readonly ProblemType ImageMissing = new(400, "picture-missing", "There is no image in the request");
    public static readonly ProblemType CheckpointMissing = new(400, "checkpoint-missing", "There is no checkpoint in the request");
    public static readonly ProblemType CodeMissing = new(400, "code-missing", "There is no code in the request");
    public static readonly ProblemType DatasetMissing = new(400, "dataset-missing", "There is no data set in the request");
    public static readonly ProblemType NotAuthenticated = new(401, "not-authenticated", "Authentication required");
    public static readonly ProblemType NotAllowed = new(403, "not-allowed", "Forbidden");
    public static readonly ProblemType NotFound = new(404, "not-found", "Not found");
    public static readonly ProblemType JobNotFound = new(404, "job-not-found", "No such training job");
    public static readonly ProblemType FrameNotFound = new(404, "frame-not-found", "No such frame");
    public static readonly ProblemType ExperimentNotFound = new(404, "experiment-not-found", "No such experiment");
    public static readonly ProblemType EvaluationNotFound = new(404, "evaluation-not-found", "No such evaluation");
    public static readonly ProblemType VerificationNotFound = new(404, "verification-not-found", "No such verification");
    public static readonly ProblemType CheckpointNotFound = new(404, "checkpoint-not-found", "No such checkpoint");
    public static readonly ProblemType TagNotFound = new(404, "tag-not-found", "No such tag");
    public static readonly ProblemType LayerNotFound = new(404, "layer-not-found", "No such layer");
    public static readonly ProblemType UnitNotFound = new(404, "unit-not-found", "No such unit");
    public static readonly ProblemType DatasetNotFound = new(404, "dataset-not-found", "No such data set");
    public static readonly ProblemType ImageNotFound = new(404, "image-not-found", "No such image");
    public static readonly ProblemType LabelsNotFound = new(404, "labels-not-found", "The data set has no labels");
    public static readonly ProblemType MethodNotAllowed = new(405, "method-not-allowed", "The method does not apply here");
    public static readonly ProblemType NotAcceptable = new(406, "not-acceptable", "No such representation");
    public static readonly ProblemType TooSlow = new(408, "too-slow", "The request came too slowly");
    public static readonly ProblemType Conflict = new(409, "conflict", "The state does not allow this");
    public static readonly ProblemType CheckpointTagged = new(409, "checkpoint-tagged", "A tag names the checkpoint");
    public static readonly ProblemType LengthRequired = new(411, "length-required", "The length is missing");
    public static readonly ProblemType PreconditionFailed = new(412, "precondition-failed", "Precondition failed");
    public static readonly ProblemType TooLarge = new(413, "too-large", "The request is too large");
    public static readonly ProblemType ImageTooLarge = new(413, "image-too-large", "The image is too large");
    public static readonly ProblemType TooMuchMemory = new(413, "too-much-memory", "The request takes too much memory");
    public static readonly ProblemType UriTooLong = new(414, "uri-too-long", "The request's target is too long");
    public static readonly ProblemType UnsupportedMediaType = new(415, "unsupported-media-type", "The media type is not supported");
    public static readonly ProblemType RangeNotSatisfiable = new(416, "range-not-satisfiable", "The range lies outside the file");
    public static readonly ProblemType Unprocessable = new(422, "unprocessable", "The request cannot be carried out");
    public static readonly ProblemType CheckpointDamaged = new(422, "checkpoint-damaged", "The checkpoint is damaged");
    public static readonly ProblemType FrameDamaged = new(422, "frame-damaged", "The frame is damaged");
    public static readonly ProblemType ImageUnusable = new(422, "picture-unusable", "The image cannot be used");
    public static readonly ProblemType NoDigitFound = new(422, "no-digit-found", "No digit was found");
    public static readonly ProblemType SeveralDigits = new(422, "several-digits", "There are several digits");
    public static readonly ProblemType CodeUnusable = new(422, "code-unusable", "The code cannot be decoded");
    public static readonly ProblemType SwitchesMissing = new(422, "switches-missing", "The network needs an image's switches");
    public static readonly ProblemType DatasetUnusable = new(422, "dataset-unusable", "The images make no data set");
    public static readonly ProblemType DatasetUnavailable = new(422, "dataset-unavailable", "The data set cannot be had");
    public static readonly ProblemType FigureTooLarge = new(422, "figure-too-large", "The figure would be too large");
    public static readonly ProblemType KeyReused = new(422, "idempotency-key-reused", "The idempotency key belongs to another request");
    public static readonly ProblemType TooManyRequests = new(429, "too-many-requests", "Too many requests");
    public static readonly ProblemType QueueFull = new(429, "queue-full", "The queue is full");
    public static readonly ProblemType HeadersTooLarge = new(431, "headers-too-large", "The request's headers are too large");
    public static readonly ProblemType InternalError = new(500, "internal-error", "Something went wrong in the service");
    public static readonly ProblemType Unavailable = new(503, "unavailable", "The service cannot answer now");
    public static readonly ProblemType DatasetPending = new(503, "dataset-pending", "The data set is being downloaded");
    public static readonly ProblemType MemoryFull = new(503, "memory-full", "Other requests hold the memory");
    public static readonly ProblemType Timeout = new(503, "timeout", "The request timed out");
    public static readonly ProblemType VersionNotSupported = new(505, "version-not-supported", "The HTTP version is not supported");

    public string Urn => UrnPrefix + Slug;

    /// <summary>The type of a problem of which nothing is known beyond its status.</summary>
    public static ProblemType ForStatus(int status) => status switch
    {
        401 => NotAuthenticated,
        403 => NotAllowed,
        404 => NotFound,
        405 => MethodNotAllowed,
        406 => NotAcceptable,
        408 => TooSlow,
        409 => Conflict,
        411 => LengthRequired,
        412 => PreconditionFailed,
        413 => TooLarge,
        414 => UriTooLong,
        415 => UnsupportedMediaType,
        416 => RangeNotSatisfiable,
        422 => Unprocessable,
        429 => TooManyRequests,
        431 => HeadersTooLarge,
        503 => Unavailable,
        505 => VersionNotSupported,
        < 500 => MalformedRequest,
        _ => InternalError,
    };

    public ProblemHttpResult With(string detail, params IEnumerable<KeyValuePair<string, object?>> extensions) =>
        TypedResults.Problem(detail, statusCode: Status, title: Title, type: Urn, extensions: extensions);
}
