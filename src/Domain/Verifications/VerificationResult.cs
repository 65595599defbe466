using AutoencoderApi.Domain.Checkpoints;

namespace AutoencoderApi.Domain.Verifications;

/// <summary>What training again has shown of a checkpoint.</summary>
public enum VerificationOutcome
{
    /// <summary>Training again gave the same tensors and the same losses, bit for bit.</summary>
    Equal,

    /// <summary>A tensor of the file is not the one that training again gave.</summary>
    Differs,

    /// <summary>The tensors are the same; a loss that the file states is not the one that was measured.</summary>
    LossesDiffer,

    /// <summary>Training again could prove nothing here; <c>reason</c> says why.</summary>
    NotCheckable,
}

/// <summary>What a verification has found.</summary>
/// <param name="Outcome">The outcome in a word.</param>
/// <param name="Reason">The outcome in a sentence or two.</param>
/// <param name="From">State that training began from again; null where nothing was trained.</param>
/// <param name="Steps">Steps trained again.</param>
/// <param name="Seconds">Time of training and measuring again, in seconds.</param>
/// <param name="Environment">Threads, instruction set and engine that trained again; null where nothing was trained.</param>
/// <param name="Compared">What was compared; null where nothing was trained.</param>
/// <param name="Difference">First value that differs, in the order of the file; null unless the outcome is <c>differs</c>.</param>
/// <param name="Losses">Stated losses that differ from the measured ones; empty unless the outcome is <c>losses-differ</c>.</param>
/// <param name="Notes">What else was noticed, such as an earlier checkpoint that could not be used.</param>
public sealed record VerificationResult(
    VerificationOutcome Outcome,
    string Reason,
    VerificationStart? From,
    int Steps,
    double Seconds,
    ExecutionEnvironment? Environment,
    VerifiedContent? Compared,
    TensorDifference? Difference,
    IReadOnlyList<LossDifference> Losses,
    IReadOnlyList<string> Notes)
{
    public static VerificationResult NotCheckable(string reason) =>
        new(VerificationOutcome.NotCheckable, reason, null, Steps: 0, Seconds: 0, null, null, null, [], []);
}

/// <summary>The state that training began from again.</summary>
/// <param name="Checkpoint">
/// Id of the earlier checkpoint of the job, or of the one whose weights the job starts from; null: the seed.
/// </param>
/// <param name="Step">Step of that state.</param>
public sealed record VerificationStart(Guid? Checkpoint, int Step);

/// <summary>What a verification has compared.</summary>
/// <param name="Tensors">Tensors of the file that were compared, bit for bit.</param>
/// <param name="Values">Numbers in these tensors.</param>
/// <param name="Optimizer">Whether the optimizer's state is among them; a file of weights alone has none.</param>
/// <param name="Losses">Stated losses that were measured again.</param>
/// <param name="File">Whether the whole file, written again, has the same bytes.</param>
public sealed record VerifiedContent(int Tensors, int Values, bool Optimizer, IReadOnlyList<string> Losses, bool File);

/// <summary>The first value of a checkpoint that differs.</summary>
/// <param name="Tensor">Name of the tensor in the file.</param>
/// <param name="Index">Index of the value in the tensor, counted row by row from 0.</param>
/// <param name="Stated">Value in the file.</param>
/// <param name="Measured">Value that training again gave.</param>
/// <param name="Count">Values of the tensor that differ.</param>
public sealed record TensorDifference(string Tensor, int Index, float Stated, float Measured, int Count);

/// <summary>A stated loss that differs.</summary>
/// <param name="Name">Name of the loss: <c>train</c>, <c>validation</c>, <c>test</c> or another number of the file's header.</param>
/// <param name="Stated">Value in the file.</param>
/// <param name="Measured">Value that was measured again; null where there is none.</param>
public sealed record LossDifference(string Name, double Stated, double? Measured);
