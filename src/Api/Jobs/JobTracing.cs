using System.Diagnostics;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// The spans of a job, as OpenTelemetry's conventions for messaging name them. Each run is a child of the span that enqueued the
/// job: a queue entry carries one job, and nothing else is its cause, however often it is delivered.
/// </summary>
internal static class JobTracing
{
    public const string SourceName = "AutoencoderApi.Jobs";
    public const string Attempt = "job.attempt";

    private const string Queue = "training-jobs";

    private static readonly ActivitySource s_source = new(SourceName);

    public static Activity? Enqueue(Guid job) =>
        Messaging(s_source.StartActivity($"enqueue {Queue}", ActivityKind.Producer), "enqueue", "send", job);

    public static Activity? Run(JobRow job)
    {
        _ = ActivityContext.TryParse(job.TraceParent, traceState: null, isRemote: true, out ActivityContext made);
        return Messaging(s_source.StartActivity($"run {Queue}", ActivityKind.Consumer, made), "run", "process", job.Id)
            ?.SetTag("job.architecture", JsonConventions.Name(job.Architecture))
            .SetTag("job.dataset", job.Settings.Dataset);
    }

    public static Activity? WriteCheckpoint(Guid job, int step) =>
        s_source.StartActivity("write checkpoint")?.SetTag("job.id", job).SetTag("job.step", step);

    /// <param name="outcome">What the job has become, or null where the worker has lost it.</param>
    public static void End(Activity? run, JobStatus? outcome, JobError? error)
    {
        run?.SetTag("job.outcome", outcome is { } status ? JsonConventions.Name(status) : "lost");
        if (outcome == JobStatus.Failed)
        {
            run?.SetTag("error.type", error?.Type).SetStatus(ActivityStatusCode.Error, error?.Detail);
        }
    }

    private static Activity? Messaging(Activity? span, string operation, string type, Guid job) => span
        ?.SetTag("messaging.system", "hangfire")
        .SetTag("messaging.destination.name", Queue)
        .SetTag("messaging.operation.name", operation)
        .SetTag("messaging.operation.type", type)
        .SetTag("messaging.message.id", job)
        .SetTag("job.id", job);
}
