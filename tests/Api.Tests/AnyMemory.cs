using AutoencoderApi.Api.Limits;

namespace AutoencoderApi.Api.Tests;

/// <summary>Memory for what is tested without a request.</summary>
internal static class AnyMemory
{
    public static RequestMemory New() => new(new MemoryBudget(2L << 30), "a test");
}
