using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Api.Jobs;

/// <summary>What computes networks, and how much of the machine training may have.</summary>
internal sealed class TrainingOptions : IValidatableObject
{
    public const string Section = "Training";

    /// <summary>Threads of one job; 0 gives each parallel job an equal part of the cores.</summary>
    [Range(0, 256)]
    public int Threads { get; set; }

    /// <summary>Jobs that run at the same time in this process.</summary>
    [Range(1, 64)]
    public int ParallelJobs { get; set; } = 1;

    public EngineKind Engine { get; set; }

    public int ThreadsPerJob => Threads > 0 ? Threads : Math.Max(1, Environment.ProcessorCount / Math.Max(1, ParallelJobs));

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        EngineSelection.Fault(Engine) is { } fault ? [new ValidationResult($"{Section}:Engine: {fault}")] : [];
}
