using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Verifications;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Api.Cards;

/// <summary>A model card: what a network is, what it was trained on, what was measured on it by what, and what it is not for.</summary>
/// <param name="Title">The network in a line.</param>
/// <param name="Description">What the network is, in sentences.</param>
/// <param name="Checkpoint">The checkpoint, as <c>GET /v1/checkpoints/{reference}</c> answers.</param>
/// <param name="Parameters">Trainable parameters.</param>
/// <param name="Data">Data set of the training.</param>
/// <param name="Environment">Threads, instruction set and engine of the training, as the file states them.</param>
/// <param name="Losses">Losses that the checkpoint states.</param>
/// <param name="Evaluations">Evaluations of the checkpoint that have a result, newest first, at most 20.</param>
/// <param name="Verification">Newest verification of the file that has a result; null where it was not verified.</param>
/// <param name="IntendedUse">What the network is for, in sentences.</param>
/// <param name="Limits">What it is not for, and what its numbers do not say, in sentences.</param>
internal sealed record CardResponse(
    string Title,
    IReadOnlyList<string> Description,
    CheckpointResponse Checkpoint,
    int Parameters,
    CardData Data,
    ExecutionEnvironment Environment,
    IReadOnlyList<CardNumber> Losses,
    IReadOnlyList<CardEvaluation> Evaluations,
    VerificationResponse? Verification,
    IReadOnlyList<string> IntendedUse,
    IReadOnlyList<string> Limits);

/// <summary>The data of a training.</summary>
/// <param name="Dataset">Name of the data set.</param>
/// <param name="Sha256">SHA-256 of its images and labels, as recorded when the checkpoint was written; null where it was not.</param>
/// <param name="Splits">
/// Number of images in each split; null where that content is not at hand, or which content it was is not known.
/// </param>
/// <param name="Labels">Labels of the images that were used; null: all images.</param>
/// <param name="Noise">Noise that the network learned to remove; null without noise.</param>
/// <param name="Statement">What the network was trained on, in a sentence.</param>
internal sealed record CardData(
    string Dataset,
    [property: RegularExpression("^[0-9a-f]{64}$")] string? Sha256,
    IReadOnlyDictionary<string, int>? Splits,
    int[]? Labels,
    Noise? Noise,
    string Statement);

/// <summary>A number, with what measured it.</summary>
/// <param name="Name">What the number is, as in the JSON that it stands in elsewhere: <c>test</c>, <c>labelAccuracy.code.knn</c>.</param>
/// <param name="Value">The number.</param>
/// <param name="MeasuredBy">How it was measured, and on which images.</param>
internal sealed record CardNumber(string Name, double Value, string MeasuredBy);

/// <summary>What an evaluation has found.</summary>
/// <param name="Id">Id of the evaluation.</param>
/// <param name="Dataset">Data set whose images were used.</param>
/// <param name="Split">Split whose images were used.</param>
/// <param name="Against">Data set whose images were anomalous; null without one.</param>
/// <param name="Numbers">The numbers that were found.</param>
internal sealed record CardEvaluation(Guid Id, string Dataset, string Split, string? Against, IReadOnlyList<CardNumber> Numbers);
