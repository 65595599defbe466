using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Requests to stop jobs, for good or for a while.</summary>
internal static class JobStops
{
    /// <summary>Ends those of the jobs that wait or are paused, and tells the workers of those that run to stop.</summary>
    public static async Task CancelAsync(IQueryable<JobRow> jobs, CancellationToken token)
    {
        await StopAsync(
            jobs.Where(job => job.Status == JobStatus.Queued || job.Status == JobStatus.Paused), JobStatus.Cancelled, token);
        await RequestAsync(
            jobs.Where(job => job.Status == JobStatus.Running || job.Status == JobStatus.Pausing), JobStatus.Cancelling, token);
    }

    /// <summary>Pauses those of the jobs that wait, and tells the workers of those that run to stop.</summary>
    public static async Task PauseAsync(IQueryable<JobRow> jobs, CancellationToken token)
    {
        await StopAsync(jobs.Where(job => job.Status == JobStatus.Queued), JobStatus.Paused, token);
        await RequestAsync(jobs.Where(job => job.Status == JobStatus.Running), JobStatus.Pausing, token);
    }

    private static Task<int> StopAsync(IQueryable<JobRow> waiting, JobStatus status, CancellationToken token) =>
        waiting.ExecuteUpdateAsync(
            set => JobLease.LetGo(set, status, error: null).SetProperty(job => job.PendingDataset, (string?)null), token);

    private static Task<int> RequestAsync(IQueryable<JobRow> running, JobStatus status, CancellationToken token) =>
        running.ExecuteUpdateAsync(
            set => set.SetProperty(job => job.Status, status).SetProperty(job => job.Version, job => job.Version + 1), token);
}
