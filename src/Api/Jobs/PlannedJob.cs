using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>A job that is about to be made.</summary>
internal sealed record PlannedJob(string? Name, TrainingSettings Settings);
