using System.ComponentModel;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Tags;

/// <summary>The checkpoint for a tag to name.</summary>
internal sealed record TagRequest
{
    /// <summary>Id of the checkpoint, or a tag that names the checkpoint now.</summary>
    [Name]
    public required string Checkpoint { get; init; }
}

/// <summary>A name for a checkpoint.</summary>
/// <param name="Name">Name of the tag, valid in paths in place of the checkpoint's id.</param>
/// <param name="Checkpoint">Id of the tagged checkpoint.</param>
/// <param name="Managed">
/// True for <c>latest</c> and <c>best</c>, which the service moves, and which do not prevent deletion, and for the tags of examples.
/// </param>
/// <param name="MovedAt">Time when the tag was last set; null of a managed tag.</param>
internal sealed record TagResponse(string Name, Guid Checkpoint, bool Managed, DateTime? MovedAt)
{
    public static TagResponse Of(TagRow tag) => new(tag.Name, tag.CheckpointId, Managed: false, tag.MovedAt);

    public static TagResponse Of(ExampleCheckpoint example) => new(example.Tag, example.Id, Managed: true, MovedAt: null);
}

internal static class TagEndpoints
{
    private const string Revision = "the current checkpoint of the tag";

    public static void MapTags(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder tags = app.MapGroup("/v1/tags").WithTags("Tags").RequireRole(Roles.Reader);
        tags.TakesParameter("tag", "Name of the tag.", "shown");
        tags.MapGet("", List)
            .WithName("listTags")
            .WithSummary("List the tags by name, managed ones first")
            .Answers(200, "A page of tags.")
            .AnswersContentEntityTag("the page");
        tags.MapGet("{tag}", Get)
            .WithName("getTag")
            .WithSummary("The checkpoint that a tag names")
            .Answers(200, "The tag.")
            .AnswersEntityTag(Revision)
            .ProducesProblems(ProblemType.TagNotFound);
        tags.MapPut("{tag}", Put)
            .RequireRole(Roles.Operator)
            .WithName("putTag")
            .WithSummary("Tag a checkpoint, or move a tag to another checkpoint")
            .Answers(200, "Tag moved.")
            .Answers(201, "Tag created.")
            .AnswersLocation(201, "/v1/tags/shown")
            .GuardedByEntityTag(Revision, 200, 201)
            .ProducesProblems(ProblemType.Unprocessable);
        tags.MapDelete("{tag}", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteTag")
            .WithSummary("Delete a tag; its checkpoint stays")
            .Answers(204, "Tag deleted.")
            .GuardedByEntityTag(Revision)
            .ProducesProblems(ProblemType.TagNotFound, ProblemType.Unprocessable);
    }

    private static async Task<Ok<Page<TagResponse>>> List(
        CheckpointStore checkpoints,
        IDbContextFactory<AppDbContext> stores,
        CancellationToken token,
        [Description("Only the tags of the examples that come with the service, in place of all others.")] bool examples = false,
        [Bounds(1, Paging.MaxLimit)] int limit = Paging.DefaultLimit,
        [Pattern(TrainingSettingsValidator.NamePattern, Paging.CursorRule)] string? cursor = null)
    {
        if (examples)
        {
            return TypedResults.Ok(OfExamples(limit, cursor));
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<TagRow> rows = await store.Tags.AsNoTracking()
            .Where(row => cursor == null || string.Compare(row.Name, cursor) > 0)
            .OrderBy(row => row.Name)
            .Take(limit + 1)
            .ToListAsync(token);
        var kept = new List<TagResponse>();
        foreach (string name in cursor is null ? CheckpointStore.ManagedTags : [])
        {
            if (await KeptAsync(name, checkpoints, token) is { } tag)
            {
                kept.Add(tag);
            }
        }

        return TypedResults.Ok(
            new Page<TagResponse>([.. kept, .. rows.Take(limit).Select(TagResponse.Of)], rows.Count > limit ? rows[limit - 1].Name : null));
    }

    private static Page<TagResponse> OfExamples(int limit, string? cursor)
    {
        TagResponse[] left = [.. ExampleCheckpoints.All
            .Where(example => string.CompareOrdinal(example.Tag, cursor) > 0)
            .OrderBy(example => example.Tag, StringComparer.Ordinal)
            .Select(TagResponse.Of)];
        return new Page<TagResponse>([.. left.Take(limit)], left.Length > limit ? left[limit - 1].Name : null);
    }

    private static async Task<Results<Ok<TagResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        string tag, TagStore tags, CheckpointStore checkpoints, HttpContext context, CancellationToken token)
    {
        if (TagNames.IsManaged(tag) || ExampleCheckpoints.Find(tag)?.Tag == tag)
        {
            return await KeptAsync(tag, checkpoints, token) is { } kept
                ? Show(kept, ConditionalRequests.EntityTag(kept.Checkpoint.ToString("N")))
                : Problems.TagNotFound(tag);
        }

        return await tags.FindAsync(tag, token) is { } row ? Show(TagResponse.Of(row), EntityTag(row)) : Problems.TagNotFound(tag);

        Results<Ok<TagResponse>, StatusCodeHttpResult, ProblemHttpResult> Show(TagResponse response, EntityTagHeaderValue entityTag) =>
            context.IsKnown(entityTag) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(response);
    }

    private static async Task<Results<Created<TagResponse>, Ok<TagResponse>, ProblemHttpResult>> Put(
        [Name] string tag, TagRequest request, TagStore tags, CheckpointStore checkpoints, HttpContext context, CancellationToken token)
    {
        if (Kept(tag) is { } keptProblem)
        {
            return keptProblem;
        }

        if (TagNames.IsId(tag))
        {
            return Problems.Invalid("tag", "must not look like an id.");
        }

        if (await checkpoints.FindAsync(request.Checkpoint, token) is not { } checkpoint)
        {
            return NoCheckpoint(request);
        }

        if (checkpoint.Provenance is { } provenance)
        {
            return Problems.Unprocessable($"checkpoint: '{provenance.Tag}' comes with the service and takes no other tag.");
        }

        TagWrite write = await tags.PutAsync(
            tag,
            checkpoint.Id,
            current => context.Request.AllowWriteOver(current is null ? null : EntityTag(current)),
            token);
        context.Response.GetTypedHeaders().ETag = write switch
        {
            TagWrite.Made made => EntityTag(made.Tag),
            TagWrite.Moved moved => EntityTag(moved.Tag),
            _ => null,
        };
        return write switch
        {
            TagWrite.Made made => TypedResults.Created($"/v1/tags/{tag}", TagResponse.Of(made.Tag)),
            TagWrite.Moved moved => TypedResults.Ok(TagResponse.Of(moved.Tag)),
            TagWrite.CheckpointGone => NoCheckpoint(request),
            _ => Stale(tag),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string tag, TagStore tags, HttpContext context, CancellationToken token)
    {
        // Earlier versions made tags of the names that the service manages: those can be deleted.
        return await tags.DeleteAsync(tag, current => context.Request.AllowWriteOver(EntityTag(current)), token) switch
        {
            TagWrite.Deleted => TypedResults.NoContent(),
            TagWrite.NoSuchTag => Kept(tag) ?? Problems.TagNotFound(tag),
            _ => Stale(tag),
        };
    }

    private static async Task<TagResponse?> KeptAsync(string name, CheckpointStore checkpoints, CancellationToken token) =>
        await checkpoints.FindAsync(name, token) is { } row ? new TagResponse(name, row.Id, Managed: true, MovedAt: null) : null;

    private static EntityTagHeaderValue EntityTag(TagRow tag) => ConditionalRequests.EntityTag(tag.Revision.ToString("N"));

    private static ProblemHttpResult? Kept(string tag) =>
        TagNames.IsManaged(tag) ? Problems.Unprocessable($"'{tag}' is kept by the service and moves by itself. Choose another name.")
        : TagNames.IsOfExamples(tag) ? Problems.Unprocessable(
            $"Tags that begin with '{ExampleCheckpoints.TagPrefix}' are those of the service's examples. Choose another name.")
        : null;

    private static ProblemHttpResult NoCheckpoint(TagRequest request) =>
        Problems.Unprocessable($"checkpoint: there is no checkpoint '{request.Checkpoint}'. GET /v1/checkpoints lists them.");

    private static ProblemHttpResult Stale(string tag) =>
        Problems.PreconditionFailed(
            $"The tag '{tag}' is not what If-Match or If-None-Match says. GET /v1/tags/{tag} shows where it is, and its ETag.");
}
