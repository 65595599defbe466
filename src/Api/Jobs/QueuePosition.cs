using System.ComponentModel.DataAnnotations;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Place of a job in the queue, computed at most once a second.</summary>
/// <param name="Ahead">Jobs that start before this one, if no other key posts a job.</param>
/// <param name="EtaSeconds">
/// Estimated seconds until a worker starts the job, from the measured durations of jobs that have ended; null where none was measured or no
/// worker is there.
/// </param>
internal sealed record QueuePosition([property: Range(0, int.MaxValue)] int Ahead, double? EtaSeconds);
