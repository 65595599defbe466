using System.ComponentModel;
using System.Text.Json;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Jobs;

internal static class JobEndpoints
{
    private const string ExampleId = "01a21060-c1dc-7de8-acad-04c104cfdd76";

    private static readonly string s_build = typeof(LossPlot).Module.ModuleVersionId.ToString("N");

    public static void MapJobs(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder jobs = app.MapGroup("/v1/training-jobs").WithTags("Training jobs").RequireRole(Roles.Reader);
        jobs.MapPost("", Create)
            .RequireRole(Roles.Operator)
            .WithName("createTrainingJob")
            .WithSummary("Create a training job and enqueue it")
            .TakesIdempotencyKey()
            .Produces<TrainingJobResponse>(202)
            .Answers(202, "Job created and enqueued.")
            .AnswersLocation(202, $"/v1/training-jobs/{ExampleId}")
            .AnswersHeader(202, "Retry-After", "Seconds to wait before requesting the job.", 1)
            .ProducesProblems(TrainingJobRules.Refusals)
            .ProducesProblems(QueueLimiter.Refusals);
        jobs.MapGet("", List)
            .WithName("listTrainingJobs")
            .WithSummary("List the jobs, newest first")
            .Answers(200, "A page of jobs.")
            .AnswersContentEntityTag("the page");
        RouteGroupBuilder job = app.MapGroup("/v1/training-jobs/{id}").WithTags("Training jobs").RequireRole(Roles.Reader);
        job.TakesParameter("id", "Id of the job.", ExampleId).ProducesProblems(ProblemType.JobNotFound);
        job.MapState();
        job.MapJobControl();
        job.MapEnding();
        job.MapCurve();
    }

    private static void MapState(this RouteGroupBuilder job)
    {
        job.MapGet("", Get)
            .WithName("getTrainingJob")
            .WithSummary("One job with its progress and losses")
            .TakesHeader(
                "Prefer",
                "`wait=N` holds the response for up to N seconds, at most 30, until the job differs from the state in `If-None-Match` "
                + "(without that header, from its current state).",
                "wait=20")
            .Answers(200, "The job.")
            .AnswersEntityTag("the current state of the job")
            .AnswersHeader(200, "Retry-After", "Seconds to wait before the next poll; absent once the job has ended.", 1)
            .AnswersHeader(200, "Preference-Applied", "Maximum time that the response was held.", "wait=20");
        job.MapGet("events", Events)
            .WithName("followTrainingJob")
            .WithSummary("Follow a job by server-sent events: progress, checkpoint, ended")
            .TakesHeader(
                "Last-Event-ID",
                "Id of the last received event: the stream resumes after it. Without this header it starts with the job.",
                "25",
                "^[0-9]{1,18}$")
            .Produces(200, contentType: EventStreams.MediaType)
            .Produces(204)
            .Answers(200, "The events of the job.")
            .Answers(204, "The job has ended, and all its events were received.")
            .AnswersEvent<ProgressEvent>("progress")
            .AnswersEvent<CheckpointResponse>("checkpoint")
            .AnswersEvent<TrainingJobResponse>("ended")
            .VariesBy("Last-Event-ID")
            .DisableRequestTimeout();
    }

    private static void MapEnding(this RouteGroupBuilder job)
    {
        job.MapDelete("", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteTrainingJob")
            .WithSummary("Delete an ended job with its metrics, checkpoints and film")
            .Answers(204, "Job deleted.")
            .ProducesProblems(ProblemType.Conflict, ProblemType.CheckpointTagged);
    }

    private static void MapCurve(this RouteGroupBuilder job)
    {
        job.MapGet("metrics", Metrics)
            .WithName("getTrainingJobMetrics")
            .WithSummary("The losses by step, as JSON or CSV")
            .Produces(200, contentType: "text/csv")
            .Answers(200, "The points of the loss curve.")
            .AnswersEntityTag("the current state of the job, and the representation")
            .VariesBy(HeaderNames.Accept);
        job.MapGet("loss.png", LossImage)
            .WithName("drawTrainingJobLoss")
            .WithSummary("Plot the loss against the step, log scale")
            .Produces(200, contentType: "image/png")
            .Answers(200, "The plot.")
            .AnswersEntityTag("the current state of the job, the size and the build")
            .ProducesProblems(FigureSizeLimit.Refusals);
    }

    private static async Task<IResult> Create(
        TrainingJobRequest request,
        DatasetCatalog datasets,
        CheckpointStore checkpoints,
        JobQueue queue,
        JobLimits bounds,
        QueueLimiter places,
        IdempotencyKeys keys,
        HttpContext context,
        CancellationToken token)
    {
        IdempotentRequest call = await keys.BeginAsync(context, JsonSerializer.SerializeToUtf8Bytes(request, JsonConventions.Json), token);
        if (call.Answer is { } answer)
        {
            return answer;
        }

        string owner = context.User.Id()!;
        if (!(await TrainingJobRules.CheckAsync(request, datasets, checkpoints, bounds, token)).TryGet(
                out PlannedJob? planned,
                out ProblemHttpResult? problem
            ) || !(await places.TakeAsync(owner, 1, planned.Bytes, token)).TryGet(out QueueLimiter.Places? place, out problem))
        {
            return problem;
        }

        using (place)
        {
            JobRow job = JobQueue.NewJob(planned, owner);
            await using JobInsertion insertion = await queue.BeginAsync([job], token);
            if (!await insertion.TakeDatasetsAsync(token))
            {
                return await TrainingJobRules.CheckDatasetsAsync([planned.Settings], datasets, token)
                    ?? Problems.Invalid("dataset", TrainingJobRules.NoDataset);
            }

            (string self, TrainingJobResponse response) = (JobLinks.Of(job.Id).Self, TrainingJobResponse.Of(job));
            if (!await insertion.CommitAsync(call.Row(202, self, response), token))
            {
                return await keys.RepeatAsync(call, token);
            }

            context.Response.Headers.RetryAfter = Polling.RetryAfter;
            return TypedResults.Accepted(self, response);
        }
    }

    private static async Task<Results<Ok<Page<TrainingJobResponse>>, ProblemHttpResult>> List(
        IDbContextFactory<AppDbContext> stores,
        QueuePositions positions,
        CancellationToken token,
        [OneOf<JobStatus>, Description("Only the jobs with this status.")] string? status = null,
        [OneOf<Architecture>] string? architecture = null,
        [Name, Description("Only the jobs of this name.")] string? name = null,
        [Name, Description("Only the jobs on this data set.")] string? dataset = null,
        [FromQuery, MetadataFilter, Description("Only the jobs with this pair, as `key:value`; repeated, with all of them.")]
        string[]? metadata = null,
        [Bounds(1, Paging.MaxLimit)] int limit = Paging.DefaultLimit,
        [Pattern(TrainingSettingsValidator.NamePattern, Paging.CursorRule)] string? cursor = null)
    {
        JobStatus? wantedStatus = status is null ? null : JsonConventions.Parse<JobStatus>(status);
        Architecture? wantedArchitecture = architecture is null ? null : JsonConventions.Parse<Architecture>(architecture);
        if (Paging.Check(cursor, out Guid? before) is { } problem)
        {
            return problem;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<JobRow> rows = await store
            .TrainingJobs.AsNoTracking()
            .With(metadata)
            .Where(job =>
                (wantedStatus == null || job.Status == wantedStatus)
                && (wantedArchitecture == null || job.Architecture == wantedArchitecture)
                && (name == null || job.Name == name)
                && (dataset == null || job.Dataset == dataset)
                && (before == null || job.Id < before))
            .OrderByDescending(job => job.Id)
            .Take(limit + 1)
            .ToListAsync(token);
        IReadOnlyDictionary<Guid, QueuePosition?> queue = await positions.OfAsync(rows, token);
        return TypedResults.Ok(
            Paging.Cut(rows, limit, job => job.Id, job => TrainingJobResponse.Of(job, queue.GetValueOrDefault(job.Id))));
    }

    private static async Task<Results<Ok<TrainingJobResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        Guid id,
        IDbContextFactory<AppDbContext> stores,
        QueuePositions positions,
        JobChangeNotifier notifier,
        HttpContext context,
        CancellationToken token)
    {
        if (await context.PollAsync(() => FindAsync(id, stores, token), found => found, notifier, token) is not { } job)
        {
            return Problems.JobNotFound(id);
        }

        if (context.Request.KnownInQueue(job) is { } known)
        {
            context.Response.GetTypedHeaders().ETag = known;
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        QueuePosition? queue = await positions.OfAsync(job, token);
        return context.IsKnown(JobPolling.EntityTag(job, queue))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(TrainingJobResponse.Of(job, queue));
    }

    private static async Task<IResult> Events(
        Guid id,
        IDbContextFactory<AppDbContext> stores,
        JobEvents events,
        SseConnectionLimiter readers,
        HttpContext context,
        CancellationToken token)
    {
        if (await FindAsync(id, stores, token) is not { } job)
        {
            return Problems.JobNotFound(id);
        }

        string? last = context.Request.Headers["Last-Event-ID"];
        if (!JobEvents.TryParseId(last, job, out long sent))
        {
            return Problems.Invalid("Last-Event-ID", "must be the id of an event of this job.");
        }

        return job.Status.IsTerminal() && sent == job.Version
            ? TypedResults.NoContent() // what makes an EventSource stop asking (HTML Living Standard, section 9.2)
            : HttpMethods.IsHead(context.Request.Method) ? EventStreams.Head(context.Response)
            : EventStreams.Refusal(context, readers) is { } refusal ? refusal
            : TypedResults.ServerSentEvents(events.ReadAsync(id, sent, context.Response, token));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id,
        IDbContextFactory<AppDbContext> stores,
        CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await store.DeletableJobs().Where(job => job.Id == id && job.Kind == JobKind.Training).TryDeleteAsync(token))
        {
            return TypedResults.NoContent();
        }

        if (await store.TagsOn(store.Jobs.Where(job => job.Id == id)).OrderBy(tag => tag.Name).FirstOrDefaultAsync(token) is { } tag)
        {
            return Problems.CheckpointTagged(tag.Name, $"checkpoint {tag.CheckpointId} of this job");
        }

        return await store.TrainingJobs.AnyAsync(job => job.Id == id, token)
            ? Problems.Conflict($"The job has not ended. POST {JobLinks.Of(id).Cancel} first.")
            : Problems.JobNotFound(id);
    }

    private static async Task<Results<Ok<IAsyncEnumerable<MetricPoint>>, PushStreamHttpResult, StatusCodeHttpResult, ProblemHttpResult>>
        Metrics(Guid id, IDbContextFactory<AppDbContext> stores, HttpContext context, CancellationToken token)
    {
        if (await FindAsync(id, stores, token) is not { } job)
        {
            return Problems.JobNotFound(id);
        }

        bool isCsv = context.Request.Prefers("text/csv", over: Compression.Json);
        if (context.IsKnown($"{job.Id:N}-{job.Version}-{(isCsv ? "csv" : "json")}", isCsv ? "text/csv" : Compression.Json))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        IAsyncEnumerable<MetricPoint> points = LossCurve.PointsAsync(id, stores, token);
        return isCsv
            ? TypedResults.Stream(body => LossCurve.WriteCsvAsync(points, body), "text/csv; charset=utf-8")
            : TypedResults.Ok(points);
    }

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> LossImage(
        Guid id, IDbContextFactory<AppDbContext> stores, FigureSizeLimit figures, HttpContext context, CancellationToken token,
        [Bounds(200, 4000), Description("Width of the image in pixels.")] int width = 800,
        [Bounds(150, 4000), Description("Height of the image in pixels.")] int height = 500)
    {
        if (figures.Refusal(context, width, height, LossPlot.BytesPerPixel) is { } tooLarge)
        {
            return tooLarge;
        }

        if (await FindAsync(id, stores, token) is not { } job)
        {
            return Problems.JobNotFound(id);
        }

        if (context.IsKnown($"{job.Id:N}-{job.Version}-{width}x{height}-{s_build}", "image/png"))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        LossPoint[] curve = await LossCurve.ThinnedAsync(job, stores, token);
        return TypedResults.File(LossPlot.Render($"Loss of job {id}", curve, width, height), "image/png");
    }

    private static async Task<JobRow?> FindAsync(Guid id, IDbContextFactory<AppDbContext> stores, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.TrainingJobs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token);
    }
}
