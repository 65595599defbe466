using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Numerics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Evaluations;

internal static class EvaluationEndpoints
{
    internal const string ExampleId = "01a21060-c1dc-7de8-acad-04c104cfdd77";
    internal const string WhatIsTagged = "the current state of the evaluation, the query and the build";

    private static readonly string s_build = typeof(EvaluationEndpoints).Module.ModuleVersionId.ToString("N");

    public static void MapEvaluations(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder evaluations = app.MapGroup("/v1/evaluations").WithTags("Evaluations").RequireRole(Roles.Reader);
        evaluations.MapPost("", Create)
            .RequireRole(Roles.Operator)
            .WithName("createEvaluation")
            .WithSummary("Evaluate a checkpoint on a split of a data set; enqueued like a training")
            .TakesIdempotencyKey()
            .Produces<EvaluationResponse>(202)
            .Produces<EvaluationResponse>(200)
            .Answers(202, "Evaluation created and enqueued.")
            .Answers(200, "The evaluation of that checkpoint on these images that is there already.")
            .AnswersLocation(202, $"/v1/evaluations/{ExampleId}")
            .AnswersHeader(202, "Retry-After", "Seconds to wait before requesting the evaluation.", 1)
            .ProducesProblems(EvaluationCreation.Refusals)
            .ProducesProblems(QueueLimiter.Refusals);
        evaluations.MapGet("", List)
            .WithName("listEvaluations")
            .WithSummary("List the evaluations, newest first")
            .Answers(200, "A page of evaluations.")
            .AnswersContentEntityTag("the page");
        RouteGroupBuilder evaluation = app.MapGroup("/v1/evaluations/{id}").WithTags("Evaluations").RequireRole(Roles.Reader);
        evaluation.TakesParameter("id", "Id of the evaluation.", ExampleId).ProducesProblems(ProblemType.EvaluationNotFound);
        evaluation.MapGet("", Get)
            .WithName("getEvaluation")
            .WithSummary("One evaluation with its progress and what it has found")
            .TakesHeader(
                "Prefer",
                "`wait=N` holds the response for up to N seconds, at most 30, until the evaluation differs from the state in "
                + "`If-None-Match` (without that header, from its current state).",
                "wait=20")
            .Answers(200, "The evaluation.")
            .AnswersEntityTag("the current state of the evaluation")
            .AnswersHeader(200, "Retry-After", "Seconds to wait before the next poll; absent once the evaluation has ended.", 1)
            .AnswersHeader(200, "Preference-Applied", "Maximum time that the response was held.", "wait=20");
        evaluation.MapPost("cancel", Cancel)
            .RequireRole(Roles.Operator)
            .WithName("cancelEvaluation")
            .WithSummary("Cancel an evaluation")
            .Answers(200, "The evaluation, cancelled.")
            .Answers(202, "Cancellation requested; the worker stops the evaluation.")
            .ProducesProblems(ProblemType.Conflict);
        evaluation.MapDelete("", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteEvaluation")
            .WithSummary("Delete an ended evaluation with what it has found")
            .Answers(204, "Evaluation deleted.")
            .ProducesProblems(ProblemType.Conflict);
        evaluation.MapGet("losses", Losses)
            .WithName("getEvaluationLosses")
            .WithSummary("The loss of each image of the split, in order: an NPY file of float32")
            .Produces(200, contentType: CodeInputReader.NpyType)
            .Answers(200, "Mean squared error per pixel, [N].")
            .AnswersEntityTag(WhatIsTagged)
            .ProducesProblems(ProblemType.Conflict);
    }

    private static async Task<IResult> Create(
        EvaluationRequest request, EvaluationCreation creation, EvaluationStore evaluations, JobQueue queue, QueueLimiter places,
        IdempotencyKeys keys, HttpContext context, CancellationToken token)
    {
        IdempotentRequest call = await keys.BeginAsync(context, JsonSerializer.SerializeToUtf8Bytes(request, JsonConventions.Json), token);
        if (call.Answer is { } answer)
        {
            return answer;
        }

        string owner = context.User.Id()!;
        if (!(await creation.PlanAsync(request, owner, token)).TryGet(out PlannedEvaluation? planned, out ProblemHttpResult? problem))
        {
            return problem;
        }

        if (await ExistingAsync(planned, evaluations, token) is { } existing)
        {
            return existing;
        }

        if (!(await places.TakeAsync(owner, 1, planned.Bytes, token)).TryGet(out QueueLimiter.Places? place, out problem))
        {
            return problem;
        }

        using (place)
        {
            await using JobInsertion insertion = await queue.BeginAsync([planned.Job], token);
            if (!await insertion.TakeDatasetsAsync(token))
            {
                return Problems.DatasetUnavailable($"{planned.Row.Dataset} was deleted at this moment, or cannot be fetched.");
            }

            (string self, EvaluationResponse response) = (
                EvaluationLinks.Of(planned.Job.Id).Self,
                EvaluationResponse.Of(new StoredEvaluation { Row = planned.Row, Job = planned.Job }));
            if (!await insertion.CommitAsync(call.Row(202, self, response), token, evaluation: planned.Row))
            {
                return await ExistingAsync(planned, evaluations, token) ?? await keys.RepeatAsync(call, token);
            }

            context.Response.Headers.RetryAfter = Polling.RetryAfter;
            return TypedResults.Accepted(self, response);
        }
    }

    /// <summary>The answer with the evaluation that is there; one that has ended without a result makes room for another.</summary>
    private static async Task<IResult?> ExistingAsync(PlannedEvaluation planned, EvaluationStore evaluations, CancellationToken token)
    {
        StoredEvaluation? there = await evaluations.FindAsync(planned.Row, token);
        bool isInVain = there?.Job.Status is JobStatus.Failed or JobStatus.Cancelled;
        return there is null || (isInVain && await evaluations.DeleteAsync(there.Job.Id, token))
            ? null
            : TypedResults.Ok(EvaluationResponse.Of(there));
    }

    private static async Task<Results<Ok<Page<EvaluationResponse>>, ProblemHttpResult>> List(
        EvaluationStore evaluations,
        CancellationToken token,
        [Description("Only the evaluations of the checkpoint with this id.")] Guid? checkpoint = null,
        [Name, Description("Only the evaluations on this data set.")] string? dataset = null,
        [OneOf<JobStatus>, Description("Only the evaluations with this status.")] string? status = null,
        [Bounds(1, Paging.MaxLimit)] int limit = Paging.DefaultLimit,
        [Pattern(TrainingSettingsValidator.NamePattern, Paging.CursorRule)] string? cursor = null)
    {
        if (Paging.Check(cursor, out Guid? before) is { } problem)
        {
            return problem;
        }

        JobStatus? wanted = status is null ? null : JsonConventions.Parse<JobStatus>(status);
        List<StoredEvaluation> rows = await evaluations.ListAsync(checkpoint, dataset, wanted, before, limit, token);
        return TypedResults.Ok(Paging.Cut(rows, limit, each => each.Job.Id, EvaluationResponse.Of));
    }

    private static async Task<Results<Ok<EvaluationResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        Guid id, EvaluationStore evaluations, JobChangeNotifier notifier, HttpContext context, CancellationToken token)
    {
        StoredEvaluation? found = await context.PollAsync(
            () => evaluations.FindAsync(id, token), evaluation => evaluation.Job, notifier, token);
        return found is null ? Problems.EvaluationNotFound(id)
            : context.IsKnown(JobPolling.EntityTag(found.Job)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(EvaluationResponse.Of(found));
    }

    private static async Task<Results<Accepted<EvaluationResponse>, Ok<EvaluationResponse>, ProblemHttpResult>> Cancel(
        Guid id, EvaluationStore evaluations, IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier, CancellationToken token)
    {
        await using (AppDbContext store = await stores.CreateDbContextAsync(token))
        {
            await JobStops.CancelAsync(store.Jobs.Where(job => job.Id == id && job.Kind == JobKind.Evaluation), token);
        }

        notifier.Notify();
        return await evaluations.FindAsync(id, token) switch
        {
            null => Problems.EvaluationNotFound(id),
            { Job.Status: JobStatus.Cancelled } cancelled => TypedResults.Ok(EvaluationResponse.Of(cancelled)),
            { Job.Status: JobStatus.Succeeded or JobStatus.Failed } ended => Problems.Conflict(
                $"The evaluation has {JsonConventions.Name(ended.Job.Status)} already; there is nothing to cancel."),
            { } running => TypedResults.Accepted(EvaluationLinks.Of(id).Self, EvaluationResponse.Of(running)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, EvaluationStore evaluations, CancellationToken token) =>
        await evaluations.DeleteAsync(id, token) ? TypedResults.NoContent()
        : ExampleCheckpoints.FindByEvaluation(id) is { } example
            ? Problems.Conflict($"The evaluation comes with the service, as '{example.Tag}' does, and cannot be deleted.")
        : await evaluations.FindAsync(id, token) is null ? Problems.EvaluationNotFound(id)
        : Problems.Conflict($"The evaluation has not ended. POST {EvaluationLinks.Of(id).Cancel} first.");

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Losses(
        Guid id, EvaluationStore evaluations, HttpContext context, CancellationToken token)
    {
        if (await evaluations.FindAsync(id, token) is not { } found)
        {
            return Problems.EvaluationNotFound(id);
        }

        if (await evaluations.FileAsync(id, EvaluationFileRow.Losses, token) is not { } file)
        {
            return NotYet(found);
        }

        if (context.IsKnown(found, CodeInputReader.NpyType))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        float[] losses = MapFile.Floats(file);
        return TypedResults.File(NpyFile.Write([losses.Length], losses), CodeInputReader.NpyType, "losses.npy");
    }

    /// <summary>Shows the ETag of what an evaluation has found, as the query asks for it.</summary>
    /// <returns>Whether the caller has just that already, so that 304 says all.</returns>
    internal static bool IsKnown(this HttpContext context, StoredEvaluation evaluation, string mediaType)
    {
        byte[] query = SHA256.HashData(Encoding.UTF8.GetBytes($"{s_build} {context.Request.QueryString}"));
        string tag = $"{evaluation.Job.Id:N}-{evaluation.Job.Version}-{Convert.ToHexStringLower(query.AsSpan(0, 8))}";
        return ConditionalRequests.IsKnown(context, tag, mediaType);
    }

    /// <summary>The problem of asking for what an evaluation has not found.</summary>
    internal static ProblemHttpResult NotYet(StoredEvaluation evaluation) => Problems.Conflict(
        ExampleCheckpoints.FindByEvaluation(evaluation.Job.Id) is { } example
            ? $"'{example.Tag}' comes without a map of its codes, which are wide. Import its weights and evaluate them for one."
        : evaluation.Job.Status.IsTerminal()
            ? $"The evaluation has {JsonConventions.Name(evaluation.Job.Status)} before it found this. POST it again."
            : $"The evaluation has not found this yet. GET {EvaluationLinks.Of(evaluation.Job.Id).Self} until its status is succeeded.");
}
