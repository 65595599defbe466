using System.ComponentModel.DataAnnotations;

namespace AutoencoderApi.Api.Jobs;

/// <summary>How much of the machine training may have.</summary>
internal sealed class TrainingOptions
{
    public const string Section = "Training";

    /// <summary>Threads of one job; 0 gives each parallel job an equal share of the cores.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>Jobs that run at the same time in this process.</summary>
    [Range(1, 64)]
    public int ParallelJobs { get; set; } = 1;

    public int ThreadsPerJob => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / Math.Max(1, ParallelJobs));
}
