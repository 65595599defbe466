using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>The requests that stop a job, and those that let it go on.</summary>
internal static class JobControlEndpoints
{
    public static void MapJobControl(this RouteGroupBuilder job)
    {
        job.MapPost("cancel", Cancel)
            .RequireRole(Roles.Operator)
            .WithName("cancelTrainingJob")
            .WithSummary("Cancel a job; its last checkpoint is kept")
            .Answers(200, "The job, cancelled.")
            .Answers(202, "Cancellation requested; the worker stops the job.")
            .ProducesProblems(ProblemType.Conflict);
        job.MapPost("pause", Pause)
            .RequireRole(Roles.Operator)
            .WithName("pauseTrainingJob")
            .WithSummary("Pause a job until it is resumed; a running job stores a checkpoint first")
            .Answers(200, "The job, paused.")
            .Answers(202, "Pause requested; the worker stops the job.")
            .ProducesProblems(ProblemType.Conflict);
        job.MapPost("resume", Resume)
            .RequireRole(Roles.Operator)
            .WithName("resumeTrainingJob")
            .WithSummary("Resume a paused or cancelled job from its last checkpoint")
            .Answers(200, "The job, which was waiting or running already.")
            .Answers(202, "Job enqueued.")
            .ProducesProblems(ProblemType.Conflict, ProblemType.DatasetUnavailable)
            .ProducesProblems(QueueLimiter.Refusals);
        job.MapPost("extend", Extend)
            .RequireRole(Roles.Operator)
            .WithName("extendTrainingJob")
            .WithSummary("Train a job that does not run for more steps, and enqueue it")
            .Answers(200, "The job, which was waiting already.")
            .Answers(202, "Job enqueued.")
            .ProducesProblems(ProblemType.Conflict, ProblemType.DatasetUnavailable, ProblemType.InvalidFields)
            .ProducesProblems(QueueLimiter.Refusals);
    }

    private static Task<Results<Accepted<TrainingJobResponse>, Ok<TrainingJobResponse>, ProblemHttpResult>> Cancel(
        Guid id, IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier, CancellationToken token) =>
        StopAsync(id, JobStops.CancelAsync, JobStatus.Cancelled, stores, notifier, token);

    private static Task<Results<Accepted<TrainingJobResponse>, Ok<TrainingJobResponse>, ProblemHttpResult>> Pause(
        Guid id, IDbContextFactory<AppDbContext> stores, JobChangeNotifier notifier, CancellationToken token) =>
        StopAsync(id, JobStops.PauseAsync, JobStatus.Paused, stores, notifier, token);

    private static async Task<Results<Accepted<TrainingJobResponse>, Ok<TrainingJobResponse>, ProblemHttpResult>> Resume(
        Guid id, JobResumption resumption, HttpContext context, CancellationToken token) =>
        Answer(await resumption.ResumeAsync(id, token), context);

    private static async Task<Results<Accepted<TrainingJobResponse>, Ok<TrainingJobResponse>, ProblemHttpResult>> Extend(
        Guid id, ExtendJobRequest request, JobResumption resumption, HttpContext context, CancellationToken token) =>
        Answer(await resumption.ExtendAsync(id, request, token), context);

    /// <param name="stop">Stops the job where it waits, and tells its worker to where it runs.</param>
    /// <param name="stopped">The status of the job once it has stopped.</param>
    private static async Task<Results<Accepted<TrainingJobResponse>, Ok<TrainingJobResponse>, ProblemHttpResult>> StopAsync(
        Guid id,
        Func<IQueryable<JobRow>, CancellationToken, Task> stop,
        JobStatus stopped,
        IDbContextFactory<AppDbContext> stores,
        JobChangeNotifier notifier,
        CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        JobRow? job;
        do // once more where a worker has claimed the job, or given it back, between the two halves of the request
        {
            await stop(store.TrainingJobs.Where(row => row.Id == id), token);
            job = await store.TrainingJobs.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id, token);
        }
        while (job?.Status is JobStatus.Queued or JobStatus.Running);

        notifier.Notify();
        return job switch
        {
            null => Problems.JobNotFound(id),
            _ when job.Status == stopped => TypedResults.Ok(TrainingJobResponse.Of(job)),
            { Status: JobStatus.Pausing or JobStatus.Cancelling } when job.Status.MayBecome(stopped) =>
                TypedResults.Accepted(JobLinks.Of(id).Self, TrainingJobResponse.Of(job)),
            _ => Problems.Conflict(
                $"The job is {JsonConventions.Name(job.Status)} already; it cannot be {JsonConventions.Name(stopped)}."),
        };
    }

    private static Results<Accepted<TrainingJobResponse>, Ok<TrainingJobResponse>, ProblemHttpResult> Answer(
        Result<ResumedJob, ProblemHttpResult> outcome, HttpContext context)
    {
        if (!outcome.TryGet(out ResumedJob? resumed, out ProblemHttpResult? problem))
        {
            return problem;
        }

        context.Response.Headers.RetryAfter = Polling.RetryAfter;
        TrainingJobResponse response = TrainingJobResponse.Of(resumed.Job);
        return resumed.IsEnqueued ? TypedResults.Accepted(response.Links.Self, response) : TypedResults.Ok(response);
    }
}
