using System.ComponentModel;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Verifications;

internal static class VerificationEndpoints
{
    internal const string ExampleId = "01a221f9-88d8-774f-b591-4927a7b05e62";

    public static void MapVerifications(this IEndpointRouteBuilder app)
    {
        app.MapPost("/v1/checkpoints/{reference}/verifications", Create)
            .WithTags("Verifications")
            .RequireRole(Roles.Operator)
            .WithName("createVerification")
            .WithSummary("Train a checkpoint again and compare, bit for bit; enqueued like a training")
            .TakesIdempotencyKey()
            .Produces<VerificationResponse>(202)
            .Produces<VerificationResponse>(200)
            .Answers(202, "Verification created and enqueued.")
            .Answers(200, "The verification of that checkpoint that has not ended yet.")
            .AnswersLocation(202, VerificationLinks.SelfOf(Guid.Parse(ExampleId)))
            .AnswersHeader(202, "Retry-After", "Seconds to wait before requesting the verification.", 1)
            .ProducesProblems(ProblemType.CheckpointNotFound)
            .ProducesProblems(QueueLimiter.Refusals);
        app.MapGet("/v1/verifications", List)
            .WithTags("Verifications")
            .RequireRole(Roles.Reader)
            .WithName("listVerifications")
            .WithSummary("List the verifications, newest first")
            .Answers(200, "A page of verifications.")
            .AnswersContentEntityTag("the page");
        RouteGroupBuilder verification = app.MapGroup("/v1/verifications/{id}").WithTags("Verifications").RequireRole(Roles.Reader);
        verification.TakesParameter("id", "Id of the verification.", ExampleId).ProducesProblems(ProblemType.VerificationNotFound);
        verification.MapGet("", Get)
            .WithName("getVerification")
            .WithSummary("One verification with its progress and what it has found")
            .TakesHeader(
                "Prefer",
                "`wait=N` holds the response for up to N seconds, at most 30, until the verification differs from the state in "
                + "`If-None-Match` (without that header, from its current state).",
                "wait=20")
            .Answers(200, "The verification.")
            .AnswersEntityTag("the current state of the verification")
            .AnswersHeader(200, "Retry-After", "Seconds to wait before the next poll; absent once the verification has ended.", 1)
            .AnswersHeader(200, "Preference-Applied", "Maximum time that the response was held.", "wait=20");
        verification.MapPost("cancel", Cancel)
            .RequireRole(Roles.Operator)
            .WithName("cancelVerification")
            .WithSummary("Cancel a verification")
            .Answers(200, "The verification, cancelled.")
            .Answers(202, "Cancellation requested; the worker stops the verification.")
            .ProducesProblems(ProblemType.Conflict);
        verification.MapDelete("", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteVerification")
            .WithSummary("Delete an ended verification with what it has found")
            .Answers(204, "Verification deleted.")
            .ProducesProblems(ProblemType.Conflict);
    }

    private static async Task<IResult> Create(
        string reference, CheckpointStore checkpoints, VerificationCreation creation, IdempotencyKeys keys, HttpContext context,
        CancellationToken token)
    {
        IdempotentRequest call = await keys.BeginAsync(context, ReadOnlyMemory<byte>.Empty, token);
        if (call.Answer is { } answer)
        {
            return answer;
        }

        if (await checkpoints.FindAsync(reference, token) is not { } checkpoint)
        {
            return Problems.CheckpointNotFound(reference);
        }

        IResult made = await creation.CreateAsync(checkpoint, context.User.Id()!, call, token);
        if (made is Accepted<VerificationResponse>)
        {
            context.Response.Headers.RetryAfter = Polling.RetryAfter;
        }

        return made;
    }

    private static async Task<Results<Ok<Page<VerificationResponse>>, ProblemHttpResult>> List(
        VerificationStore verifications,
        CancellationToken token,
        [Description("Only the verifications of the checkpoint with this id.")] Guid? checkpoint = null,
        [OneOf<JobStatus>, Description("Only the verifications with this status.")] string? status = null,
        [Bounds(1, Paging.MaxLimit)] int limit = Paging.DefaultLimit,
        [Pattern(TrainingSettingsValidator.NamePattern, Paging.CursorRule)] string? cursor = null)
    {
        if (Paging.Check(cursor, out Guid? before) is { } problem)
        {
            return problem;
        }

        JobStatus? wanted = status is null ? null : JsonConventions.Parse<JobStatus>(status);
        List<StoredVerification> rows = await verifications.ListAsync(checkpoint, wanted, before, limit, token);
        return TypedResults.Ok(Paging.Cut(rows, limit, each => each.Job.Id, VerificationResponse.Of));
    }

    private static async Task<Results<Ok<VerificationResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        Guid id, VerificationStore verifications, JobChangeNotifier notifier, HttpContext context, CancellationToken token)
    {
        StoredVerification? found = await context.PollAsync(
            () => verifications.FindAsync(id, token), verification => verification.Job, notifier, token);
        return found is null ? Problems.VerificationNotFound(id)
            : context.IsKnown(JobPolling.EntityTag(found.Job)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(VerificationResponse.Of(found));
    }

    private static async Task<Results<Accepted<VerificationResponse>, Ok<VerificationResponse>, ProblemHttpResult>> Cancel(
        Guid id, VerificationStore verifications, IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier,
        CancellationToken token)
    {
        await using (AppDbContext store = await stores.CreateDbContextAsync(token))
        {
            await JobStops.CancelAsync(store.Jobs.Where(job => job.Id == id && job.Kind == JobKind.Verification), token);
        }

        notifier.Notify();
        return await verifications.FindAsync(id, token) switch
        {
            null => Problems.VerificationNotFound(id),
            { Job.Status: JobStatus.Cancelled } cancelled => TypedResults.Ok(VerificationResponse.Of(cancelled)),
            { Job.Status: JobStatus.Succeeded or JobStatus.Failed } ended => Problems.Conflict(
                $"The verification has {JsonConventions.Name(ended.Job.Status)} already; there is nothing to cancel."),
            { } running => TypedResults.Accepted(VerificationLinks.SelfOf(id), VerificationResponse.Of(running)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, VerificationStore verifications, CancellationToken token) =>
        await verifications.DeleteAsync(id, token) ? TypedResults.NoContent()
        : await verifications.FindAsync(id, token) is null ? Problems.VerificationNotFound(id)
        : Problems.Conflict($"The verification has not ended. POST {VerificationLinks.SelfOf(id)}/cancel first.");
}
