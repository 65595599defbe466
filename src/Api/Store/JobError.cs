namespace AutoencoderApi.Api.Store;

/// <summary>Error of a failed job, as a problem.</summary>
/// <param name="Type">URN with a fixed meaning.</param>
/// <param name="Title">The type in words.</param>
/// <param name="Detail">Cause of the failure, and how to resolve it.</param>
internal sealed record JobError(string Type, string Title, string Detail);
