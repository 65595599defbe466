using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>How an example checkpoint was made.</summary>
/// <param name="Tag">Tag of the example.</param>
/// <param name="Command">Command of this service's repository that trained and evaluated the network.</param>
/// <param name="TrainedOn">Images of the training, the validation and the test.</param>
/// <param name="Evaluation">Id of the evaluation on the test images that comes with the example.</param>
internal sealed record Provenance(string Tag, string Command, string TrainedOn, Guid Evaluation);

/// <summary>
/// A trained network that comes with the service, as <c>bench/examples</c> describes it beside its files. It is a checkpoint like any
/// other, but for being in no store: nothing can change it, and it counts nowhere.
/// </summary>
internal sealed record ExampleCheckpoint
{
    public required Guid Id { get; init; }

    public required string Tag { get; init; }

    public required string Command { get; init; }

    public required string TrainedOn { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required TrainingSettings Settings { get; init; }

    public required int Step { get; init; }

    public required Losses Losses { get; init; }

    public required int Bytes { get; init; }

    /// <summary>Of the weights' file.</summary>
    public required string Sha256 { get; init; }

    public required ExampleEvaluation Evaluation { get; init; }

    /// <summary>The row that the store would have.</summary>
    public CheckpointRow Row => new()
    {
        Id = Id,
        Architecture = Settings.Architecture,
        Settings = Settings,
        Step = Step,
        Losses = Losses,
        Bytes = Bytes,
        Sha256 = Sha256,
        CreatedAt = CreatedAt,
        Provenance = new Provenance(Tag, Command, TrainedOn, Evaluation.Id),
    };
}

/// <summary>The evaluation of an example.</summary>
internal sealed record ExampleEvaluation
{
    public required Guid Id { get; init; }

    public required string Dataset { get; init; }

    public required string Split { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime StartedAt { get; init; }

    public required DateTime EndedAt { get; init; }

    public required EvaluationResult Result { get; init; }
}
