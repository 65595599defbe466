namespace AutoencoderApi.Api.Tests;

/// <summary>For promises in seconds: these tests run after the others, so that only the product's own slowness counts.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "one at a time";
}
