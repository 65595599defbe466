using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Commands;

[StartsProcesses]
public sealed class CommandTests
{
    [Theory]
    [InlineData("reader")]
    [InlineData("operator", "--name", "ci")]
    [InlineData("admin", "--name", "me")]
    public async Task Keys_create_shows_a_key_once_and_the_lines_that_configure_it(string role, params string[] name)
    {
        (int status, string output, string errors) = await ServiceProcess.Run(["keys", "create", "--role", role, .. name]);
        Assert.Equal((0, ""), (status, errors));
        string[] lines = [.. output.Split('\n').Select(line => line.Trim())];
        string key = Assert.Single(lines, line => line.StartsWith("aek_", StringComparison.Ordinal));
        Assert.Contains($"Access__Keys__0__Hash={ApiKey.HashOf(key)}", lines);
        Assert.Contains($"Access__Keys__0__Role={role}", lines);
        Assert.Equal(name.Length > 0, lines.Contains($"Access__Keys__0__Name={name.LastOrDefault()}"));
    }

    [Theory]
    [InlineData("There is no command 'keys'.", "keys")]
    [InlineData("keys create needs --role", "keys", "create")]
    [InlineData("keys create needs --role", "keys", "create", "--role")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "king")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "reader", "--name", "../x")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "operator", "--name", "local")]
    [InlineData("There is no command 'keys delete'.", "keys", "delete")]
    [InlineData("There is no command 'health now'.", "health", "now")]
    [InlineData("There is no command 'serve'.", "serve")]
    [InlineData("backup needs one FILE", "backup")]
    [InlineData("'--hlep' has no value", "--hlep")]
    [InlineData("'now' is no setting", "--Role=all", "now")]
    public async Task Unknown_arguments_are_answered_with_what_is_wrong_the_usage_and_2(string fault, params string[] arguments)
    {
        (int status, string output, string errors) = await ServiceProcess.Run(arguments);
        Assert.Equal((2, ""), (status, output));
        Assert.StartsWith(fault, errors);
        Assert.Contains("\nusage: ", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("help")]
    [InlineData("keys", "create", "--help")]
    [InlineData("backup", "-h")]
    [InlineData("--Role=all", "--help")]
    public async Task Help_shows_every_command_and_the_settings_wherever_it_is_asked_for(params string[] arguments)
    {
        (int status, string output, string errors) = await ServiceProcess.Run(arguments);
        Assert.Equal((0, ""), (status, errors));
        Assert.All(
            ["keys create --role reader|operator|admin", "health", "openapi", "backup FILE", "Exit status",
            "ASPNETCORE_URLS", "http://localhost:8080", "Store__Folder", "./data", "ConnectionStrings__Store", "Access__Keys__N__Hash"],
            word => Assert.Contains(word, output, StringComparison.Ordinal));
        Assert.All(output.Split('\n'), line => Assert.InRange(line.Length, 0, 140));
    }

    [Fact]
    public async Task Health_ends_with_0_where_the_service_is_ready_and_with_1_where_it_is_not()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using (
            ServiceProcess service = await ServiceProcess.Start(folder, [.. Access.KeyedService.Settings(0, ApiKey.Create(), Role.Admin)]))
        {
            int port = service.Client.Http.BaseAddress!.Port;
            Assert.Equal(0, (await ServiceProcess.Run(["health"], ("ASPNETCORE_URLS", $"http://+:{port}"))).ExitStatus);
            Assert.Equal(0, (await ServiceProcess.Run(["health"], ("ASPNETCORE_HTTP_PORTS", $"{port}"))).ExitStatus);
            await service.Kill();
            (int status, _, string errors) = await ServiceProcess.Run(["health"], ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"));
            Assert.Equal(1, status);
            Assert.Contains("does not answer", errors, StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }
}
