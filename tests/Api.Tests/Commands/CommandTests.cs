using System.Runtime.Versioning;
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
    [InlineData("--count", "3", "--role", "reader")]
    [InlineData("--role", "reader", "--name", "key", "--count", "3")]
    public async Task A_sheet_without_a_file_shows_the_keys_and_then_the_content_of_one(params string[] arguments)
    {
        (int status, string output, string errors) = await ServiceProcess.Run(["keys", "create", .. arguments]);
        Assert.Equal((0, ""), (status, errors));
        (string Name, string Key)[] sheet = Access.Sheet.Of(output);
        Assert.Equal(["key-01", "key-02", "key-03"], sheet.Select(line => line.Name));
        string file = output[output.IndexOf('{', StringComparison.Ordinal)..];
        Assert.Equal(Access.KeysFileService.Text([.. sheet.Select(line => (line.Name, Role.Reader, line.Key))]), file);
        Assert.DoesNotContain("aek_", file, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_sheet_with_a_file_makes_it_or_adds_to_it_for_its_owner_and_group_alone()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName, path = Path.Combine(folder, "keys.json");
        (_, string output, _) = await ServiceProcess.Run(["keys", "create", "--role", "operator", "--count", "1000", "--file", path]);
        (string Name, string Key)[] sheet = Access.Sheet.Of(output);
        Assert.Equal((1_000, "key-0001", "key-1000"), (sheet.Length, sheet[0].Name, sheet[^1].Name));
        Assert.DoesNotContain(ApiKey.HashOf(sheet[0].Key), output, StringComparison.Ordinal);
        (string, Role, string)[] known = [.. sheet.Select(line => (line.Name, Role.Operator, line.Key))];
        Assert.Equal(Access.KeysFileService.Text(known), await File.ReadAllTextAsync(path));
        Assert.Equal("640", Mode());

        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherRead);
        (_, output, _) = await ServiceProcess.Run(["keys", "create", "--role", "reader", "--name", "late", "--count", "1", "--file", path]);
        (string name, string key) = Assert.Single(Access.Sheet.Of(output));
        Assert.Equal("late-01", name);
        string both = Access.KeysFileService.Text([.. known, (name, Role.Reader, key)]);
        Assert.Equal(both, await File.ReadAllTextAsync(path));
        Assert.Equal("644", Mode()); // as it was

        (int status, output, string errors) = await ServiceProcess.Run(
            ["keys", "create", "--role", "reader", "--name", "late", "--count", "2", "--file", path]);
        Assert.Equal((1, ""), (status, output));
        Assert.StartsWith($"'{path}' has two keys called 'late-01'", errors);
        Assert.Equal(both, await File.ReadAllTextAsync(path));
        Assert.Equal([path], Directory.GetFiles(folder));
        Directory.Delete(folder, recursive: true);

        string Mode() => Convert.ToString((int)File.GetUnixFileMode(path), 8);
    }

    [Theory]
    [InlineData("keys of another program", "is malformed at line 1")]
    [InlineData(null, "was not written, as user ")]
    public async Task A_file_that_cannot_take_the_keys_stays_as_it_was_and_no_key_is_shown(string? content, string fault)
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        string path = Path.Combine(folder, content is null ? "nowhere/keys.json" : "keys.json");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        (int status, string output, string errors) = await ServiceProcess.Run(
            ["keys", "create", "--role", "operator", "--count", "2", "--file", path]);
        Assert.Equal((1, ""), (status, output));
        Assert.StartsWith($"'{path}' {fault}", Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(content, content is null ? null : await File.ReadAllTextAsync(path));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("There is no command 'keys'.", "keys")]
    [InlineData("keys create needs --role", "keys", "create")]
    [InlineData("keys create needs --role", "keys", "create", "--role")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "king")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "reader", "--name", "../x")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "operator", "--name", "local")]
    [InlineData("keys create needs --role", "keys", "create", "--count", "30")]
    [InlineData("keys create needs --role", "keys", "create", "--count", "0", "--role", "reader")]
    [InlineData("keys create needs --role", "keys", "create", "--count", "1001", "--role", "reader")]
    [InlineData("keys create needs --role", "keys", "create", "--count", "-1", "--role", "reader")]
    [InlineData("keys create needs --role", "keys", "create", "--count", "many", "--role", "reader")]
    [InlineData("keys create needs --role", "keys", "create", "--count", "3", "--count", "3", "--role", "reader")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "reader", "--count")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "reader", "--file", "keys.json")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "reader", "--count", "3", "--file", "")]
    [InlineData("keys create needs --role", "keys", "create", "--role", "reader", "--number", "3")]
    [InlineData(
        "keys create needs --role", "keys", "create", "--count", "30", "--role", "reader", "--name",
        "a123456789012345678901234567890123456789012345678901234567890123")] // a name, and -30 makes it too long
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
            "ASPNETCORE_URLS", "http://localhost:8080", "Store__Folder", "./data", "ConnectionStrings__Store", "Access__Keys__N__Hash",
            "--count N", "Access__KeysFile"],
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
