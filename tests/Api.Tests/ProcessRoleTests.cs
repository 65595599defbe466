using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class ProcessRoleTests
{
    [Theory]
    [InlineData("Role", "worker", "set Store__Provider=postgres and ConnectionStrings__Store, or Role=all")]
    [InlineData("Role", "boss", "set it to all, api or worker")]
    [InlineData("Store__Provider", "mysql", "set it to sqlite or postgres")]
    [InlineData("Store__Provider", "postgres", "needs ConnectionStrings__Store")]
    public async Task A_process_that_is_set_up_wrong_ends_at_once_and_says_in_one_line_what_to_set(string name, string value, string advice)
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using ServiceProcess process = ServiceProcess.Launch(folder, (name, value));
        await process.Exited();
        Assert.Equal(1, process.ExitCode);
        Assert.Contains(
            advice,
            Assert.Single(process.Output().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)),
            StringComparison.Ordinal);
        Directory.Delete(folder);
    }
}
