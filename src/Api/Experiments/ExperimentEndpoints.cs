using System.ComponentModel;
using System.Text;
using System.Text.Json;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Experiments.Reports;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Experiments;

internal static class ExperimentEndpoints
{
    /// <summary>Held while a report is made: the points of its curves, its images, its text.</summary>
    private const int ReportBytes = 64 << 20;

    private const string ExampleId = "01a211ba-65b6-7edf-a3ef-736fd028be74";

    public static void MapExperiments(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder experiments = app.MapGroup("/v1/experiments").WithTags("Experiments").RequireRole(Roles.Reader);
        experiments.MapPost("", Create)
            .RequireRole(Roles.Operator)
            .WithName("createExperiment")
            .WithSummary("Create jobs that belong together: a preset, a list, or a sweep over a grid")
            .TakesIdempotencyKey()
            .Produces<ExperimentResponse>(202)
            .Answers(202, "Experiment created, its jobs enqueued.")
            .AnswersLocation(202, $"/v1/experiments/{ExampleId}")
            .AnswersHeader(202, "Retry-After", "Seconds to wait before requesting the experiment.", 1)
            .ProducesProblems(ProblemType.Conflict)
            .ProducesProblems(TrainingJobRules.Refusals)
            .ProducesProblems(QueueLimiter.Refusals);
        experiments.MapGet("", List)
            .WithName("listExperiments")
            .WithSummary("List the experiments, newest first")
            .Answers(200, "A page of experiments.")
            .AnswersContentEntityTag("the page");
        app.MapGroup("/v1/experiments/{id}").WithTags("Experiments").RequireRole(Roles.Reader).MapExperiment();
    }

    private static void MapExperiment(this RouteGroupBuilder experiment)
    {
        experiment.TakesParameter("id", "Id of the experiment.", ExampleId).ProducesProblems(ProblemType.ExperimentNotFound);
        experiment.MapGet("", Get)
            .WithName("getExperiment")
            .WithSummary("One experiment: the table of its jobs and losses")
            .Answers(200, "The experiment.")
            .AnswersEntityTag("the current state of the experiment")
            .AnswersHeader(200, "Retry-After", "Seconds to wait before the next poll; absent once the experiment has ended.", 1);
        experiment.MapGet("report", Report)
            .WithName("reportExperiment")
            .WithSummary("The experiment as one self-contained HTML page, with curves and images")
            .Produces(200, contentType: "text/html")
            .Answers(200, "The report.")
            .ProducesProblems(RequestMemory.Refusals);
        experiment.MapPost("cancel", Cancel)
            .RequireRole(Roles.Operator)
            .WithName("cancelExperiment")
            .WithSummary("Cancel all jobs of an experiment; their last checkpoints are kept")
            .Answers(200, "The experiment, all its jobs ended.")
            .Answers(202, "Cancellation requested; workers stop their jobs.");
        experiment.MapDelete("", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteExperiment")
            .WithSummary("Delete an ended experiment with its jobs and their checkpoints")
            .Answers(204, "Experiment deleted.")
            .ProducesProblems(ProblemType.Conflict, ProblemType.CheckpointTagged);
    }

    private static async Task<IResult> Create(
        ExperimentRequest request,
        DatasetCatalog datasets,
        CheckpointStore checkpoints,
        JobQueue queue,
        JobLimits bounds,
        QueueLimiter places,
        IOptions<LimitsOptions> limits,
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
        if (!(await PlanAsync(request, datasets, checkpoints, bounds, limits.Value.ExperimentJobs, token)).TryGet(
                out PlannedJob[]? planned,
                out ProblemHttpResult? problem)
            || !(await places.TakeAsync(owner, planned.Length, planned.Sum(job => job.Bytes), token)).TryGet(
                out QueueLimiter.Places? place,
                out problem))
        {
            return problem;
        }

        using (place)
        {
            ExperimentRow experiment = Row(request);
            JobRow[] jobs = JobQueue.NewJobs(experiment, planned, owner);
            await using JobInsertion insertion = await queue.BeginAsync(jobs, token);
            if (!await insertion.TakeDatasetsAsync(token))
            {
                return await TrainingJobRules.CheckDatasetsAsync(planned.Select(job => job.Settings), datasets, token)
                    ?? Problems.Conflict("A data set of these jobs was deleted at this moment.");
            }

            (string self, ExperimentResponse response) = (
                ExperimentLinks.Of(experiment.Id).Self,
                ExperimentResponse.Of(StoredExperiment.New(experiment, jobs)));
            if (!await insertion.CommitAsync(call.Row(202, self, response), token, experiment))
            {
                return await keys.RepeatAsync(call, token);
            }

            context.Response.Headers.RetryAfter = Polling.RetryAfter;
            return TypedResults.Accepted(self, response);
        }
    }

    /// <summary>The jobs of an experiment that may be made, or the problem with the request.</summary>
    private static async Task<Result<PlannedJob[], ProblemHttpResult>> PlanAsync(
        ExperimentRequest request,
        DatasetCatalog datasets,
        CheckpointStore checkpoints,
        JobLimits bounds,
        int maxJobs,
        CancellationToken token)
    {
        string field = request.Tag is null ? "name" : "tag";
        if ((TagNames.Refusal(field, request.TagName) ?? TagNames.Managed("name", request.Name)) is { } reserved)
        {
            return reserved;
        }

        if (!(await ExperimentPlan.OfAsync(request, datasets, bounds, maxJobs, token)).TryGet(
                out PlannedJob[]? planned,
                out Dictionary<string, string>? violations))
        {
            return Problems.Invalid(violations);
        }

        if (await TrainingJobRules.CheckDatasetsAsync(planned.Select(job => job.Settings), datasets, token) is { } unavailable)
        {
            return unavailable;
        }

        foreach (PlannedJob job in planned)
        {
            if (await TrainingJobRules.ProblemAsync(job.Name, job.Settings, checkpoints, token) is { } problem)
            {
                return problem;
            }
        }

        return planned;
    }

    private static ExperimentRow Row(ExperimentRequest request)
    {
        var id = Guid.CreateVersion7();
        return new ExperimentRow
        {
            Id = id,
            Name = request.Name,
            Preset = request.Preset,
            Tag = request.TagName ?? (request.Grid is null ? null : $"sweep-{id.ToString("N")[^12..]}"),
            Evaluate = request.Evaluate is true,
            Metadata = MetadataPairs.ToTexts(request.Metadata),
            CreatedAt = DateTime.UtcNow,
        };
    }

    private static async Task<Results<Ok<Page<ExperimentSummary>>, ProblemHttpResult>> List(
        IDbContextFactory<AppDbContext> stores,
        CancellationToken token,
        [FromQuery, MetadataFilter, Description("Only the experiments with this pair, as `key:value`; repeated, with all of them.")]
        string[]? metadata = null,
        [Bounds(1, Paging.MaxLimit)] int limit = Paging.DefaultLimit,
        [Pattern(TrainingSettingsValidator.NamePattern, Paging.CursorRule)] string? cursor = null)
    {
        if (Paging.Check(cursor, out Guid? before) is { } problem)
        {
            return problem;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        var rows = await store.Experiments.AsNoTracking()
            .With(metadata)
            .Where(row => before == null || row.Id < before)
            .OrderByDescending(row => row.Id)
            .Take(limit + 1)
            .Select(row => new { Experiment = row, Jobs = store.Jobs.Count(job => job.ExperimentId == row.Id) })
            .ToListAsync(token);
        return TypedResults.Ok(Paging.Cut(rows, limit, row => row.Experiment.Id, row => ExperimentSummary.Of(row.Experiment, row.Jobs)));
    }

    private static async Task<Results<Ok<ExperimentResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        Guid id, ExperimentStore experiments, HttpContext context, CancellationToken token)
    {
        if (await experiments.FindAsync(id, token) is not { } stored)
        {
            return Problems.ExperimentNotFound(id);
        }

        if (stored.Row.EndedAt is null)
        {
            context.Response.Headers.RetryAfter = Polling.RetryAfter;
        }

        return context.IsKnown(EntityTag(stored))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(ExperimentResponse.Of(stored));
    }

    private static async Task<IResult> Report(
        Guid id,
        ExperimentStore experiments,
        ReportBuilder reports,
        HttpContext context,
        CancellationToken token)
    {
        if (await experiments.FindAsync(id, token) is not { } stored)
        {
            return Problems.ExperimentNotFound(id);
        }

        if (context.Memory().Take(ReportBytes) is { } full)
        {
            return full;
        }

        context.Response.Headers.ContentSecurityPolicy = ReportHtml.Policy;
        return TypedResults.Text(
            await ReportHtml.RenderAsync(await reports.BuildAsync(stored, token), context.RequestServices),
            "text/html",
            Encoding.UTF8);
    }

    private static async Task<Results<Accepted<ExperimentResponse>, Ok<ExperimentResponse>, ProblemHttpResult>> Cancel(
        Guid id, ExperimentStore experiments, JobChangeNotifier notifier, CancellationToken token)
    {
        await experiments.CancelAsync(id, token);
        notifier.Notify();
        return await experiments.FindAsync(id, token) switch
        {
            null => Problems.ExperimentNotFound(id),
            { } stored when stored.Jobs.All(job => job.Status.IsTerminal()) => TypedResults.Ok(
                ExperimentResponse.Of(stored)),
            { } stored => TypedResults.Accepted(ExperimentLinks.Of(id).Self, ExperimentResponse.Of(stored)),
        };
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id,
        IDbContextFactory<AppDbContext> stores,
        CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        if (await store.DeletableExperiments().Where(row => row.Id == id).TryDeleteAsync(token))
        {
            return TypedResults.NoContent();
        }

        if (await store.TagsOn(store.Jobs.Where(job => job.ExperimentId == id)).OrderBy(tag => tag.Name).FirstOrDefaultAsync(token) is
            { } tag)
        {
            return Problems.CheckpointTagged(tag.Name, $"checkpoint {tag.CheckpointId} of this experiment");
        }

        return await store.Experiments.AnyAsync(row => row.Id == id, token)
            ? Problems.Conflict($"The experiment has jobs that have not ended. POST {ExperimentLinks.Of(id).Self}/cancel first.")
            : Problems.ExperimentNotFound(id);
    }

    private static EntityTagHeaderValue EntityTag(StoredExperiment stored) =>
        ConditionalRequests.EntityTag(
            $"{stored.Row.Id:N}-{stored.Jobs.Count}-{stored.Jobs.Sum(job => job.Version)}-{(stored.Row.EndedAt is null ? 0 : 1)}"
            + $"-{stored.Evaluations.Count}-{stored.Evaluations.Values.Sum(evaluation => evaluation.Job.Version)}");
}
