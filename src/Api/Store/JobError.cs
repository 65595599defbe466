namespace AutoencoderApi.Api.Store;

/// <summary>Why a job failed, as a problem.</summary>
/// <param name="Type">A URN that never changes its meaning.</param>
/// <param name="Title">The type in words.</param>
/// <param name="Detail">What happened, and what to do.</param>
internal sealed record JobError(string Type, string Title, string Detail);
