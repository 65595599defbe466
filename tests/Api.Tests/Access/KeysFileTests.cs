using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>The keys of <c>Access:KeysFile</c> are known, and unknown, without a restart.</summary>
[StartsProcesses]
public sealed class KeysFileTests(KeysFileService service) : IClassFixture<KeysFileService>
{
    private const int Attempts = 3; // the machine may be busy with other tests

    private static readonly TimeSpan s_goal = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task A_key_that_is_added_is_let_in_within_three_seconds()
    {
        var took = new List<TimeSpan>();
        do
        {
            string key = ApiKey.Create();
            await service.Answers(HttpStatusCode.Unauthorized, key);
            long began = Stopwatch.GetTimestamp();
            service.Write(("amy", Role.Operator, key));
            await service.Answers(HttpStatusCode.OK, key);
            took.Add(Stopwatch.GetElapsedTime(began));
            JsonNode caller = JsonNode.Parse(await (await service.Get("/v1/caller", key)).Content.ReadAsStringAsync())!;
            Assert.Equal(("amy", "operator"), ((string?)caller["name"], (string?)caller["role"]));
        }
        while (took.Min() > s_goal && took.Count < Attempts);

        Assert.InRange(took.Min(), TimeSpan.Zero, s_goal);
        await service.Answers(HttpStatusCode.OK, service.Admin);
    }

    [Fact]
    public async Task A_key_that_is_removed_ends_with_its_tickets_and_its_streams_and_no_other_does()
    {
        (string leaver, string stayer) = (ApiKey.Create(), ApiKey.Create());
        service.Write(("leaver", Role.Operator, leaver), ("stayer", Role.Operator, stayer));
        await service.Answers(HttpStatusCode.OK, leaver);
        await service.Answers(HttpStatusCode.OK, stayer);
        string picture = $"/v1/datasets/synthetic-digits/test/0.png?ticket={await Ticket(leaver)}";
        await Expect.Png(await service.Http.GetAsync(picture));
        using HttpResponseMessage byKey = await service.Get("/v1/events", leaver);
        using HttpResponseMessage byTicket = await service.Http.GetAsync(
            $"/v1/events?ticket={await Ticket(leaver)}", HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage ofStayer = await service.Get("/v1/events", stayer);
        Task ends = Task.WhenAll(Ends(byKey), Ends(byTicket)), other = Ends(ofStayer);

        service.Write(("stayer", Role.Operator, stayer));
        await ends.WaitAsync(TimeSpan.FromSeconds(60));
        await Expect.Problem(HttpStatusCode.Unauthorized, await service.Get("/v1/caller", leaver));
        await Expect.Problem(HttpStatusCode.Unauthorized, await service.Http.GetAsync(picture));
        await service.Answers(HttpStatusCode.OK, stayer);
        Assert.False(other.IsCompleted);

        service.Write();
        await other.WaitAsync(TimeSpan.FromSeconds(60));
        await service.Answers(HttpStatusCode.Unauthorized, stayer);
        await service.Answers(HttpStatusCode.OK, service.Admin);
    }

    [Fact]
    public async Task A_role_that_is_changed_holds_for_the_next_request()
    {
        string key = ApiKey.Create();
        foreach ((Role role, HttpStatusCode status) in ((Role, HttpStatusCode)[])
                [
                    (Role.Reader, HttpStatusCode.Forbidden), (Role.Operator, HttpStatusCode.NotFound),
                    (Role.Reader, HttpStatusCode.Forbidden),
                ])
        {
            service.Write(("amy", role, key));
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while ((await service.Get($"/v1/training-jobs/{Guid.NewGuid()}", key, "DELETE")).StatusCode != status)
            {
                await Task.Delay(20, timeout.Token);
            }

            await Expect.Problem(HttpStatusCode.Forbidden, await service.Get("/hangfire", key));
        }
    }

    [Fact]
    public async Task A_file_that_makes_no_sense_or_is_gone_leaves_the_keys_and_is_logged_once_without_hashes()
    {
        string key = ApiKey.Create(), other = ApiKey.Create();
        string good = KeysFileService.Text(("amy", Role.Operator, key));
        service.WriteText(good);
        await service.Answers(HttpStatusCode.OK, key);
        (string Content, string Fault)[] faults =
        [
            (good.Replace("]}", "", StringComparison.Ordinal), "is malformed at line 4: it must be"),
            (good.Replace("operator", "king", StringComparison.Ordinal), "is malformed at line 2: it must be"),
            (good.Replace("amy", "local", StringComparison.Ordinal), "keys[0]:Name: 'local' is a name that the service uses itself"),
            (KeysFileService.Text(("amy", Role.Reader, key), ("ben", Role.Reader, key)),
                $"'{service.Path}' has the same Hash twice. Compare Access:KeysFile '{service.Path}': keys[0] and"),
            (KeysFileService.Text(("amy", Role.Reader, service.Admin)), "has the same Hash twice. Compare Access:Keys:0 and"),
            (KeysFileService.Text(("amy", Role.Reader, key), ("amy", Role.Reader, other)), "has two keys called 'amy'"),
        ];
        foreach ((string content, string fault) in faults)
        {
            service.WriteText(content);
            await service.Logs(fault);
            await service.Answers(HttpStatusCode.OK, key);
        }

        File.Delete(service.Path);
        await service.Logs("Could not find file");
        await service.Answers(HttpStatusCode.OK, key);

        service.Write(("ben", Role.Reader, other)); // by then each fault was looked at more than once
        await service.Answers(HttpStatusCode.OK, other);
        await service.Answers(HttpStatusCode.Unauthorized, key);
        Assert.All(faults.Select(each => each.Fault).Append("Could not find file"), fault => Assert.Equal(1, service.TimesLogged(fault)));
        Assert.Equal(faults.Length + 1, service.TimesLogged("The keys stay as they were"));
        foreach (string secret in (string[])[key, other, service.Admin])
        {
            Assert.DoesNotContain(secret, service.Log(), StringComparison.Ordinal);
            Assert.DoesNotContain(ApiKey.HashOf(secret), service.Log(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Links_that_are_swapped_as_Kubernetes_does_are_followed()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName, data = Path.Combine(folder, "..data");
        (string first, string second) = (ApiKey.Create(), ApiKey.Create());
        await Mount("1", first);
        File.CreateSymbolicLink(Path.Combine(folder, "keys.json"), Path.Combine("..data", "keys.json"));
        File.CreateSymbolicLink($"{service.Path}.link", Path.Combine(folder, "keys.json"));
        File.Move($"{service.Path}.link", service.Path, overwrite: true);
        await service.Answers(HttpStatusCode.OK, first);

        await Mount("2", second);
        Directory.Delete(Path.Combine(folder, "1"), recursive: true);
        await service.Answers(HttpStatusCode.OK, second);
        await service.Answers(HttpStatusCode.Unauthorized, first);

        service.Write();
        Directory.Delete(folder, recursive: true);

        async Task Mount(string version, string key)
        {
            Directory.CreateDirectory(Path.Combine(folder, version));
            await File.WriteAllTextAsync(Path.Combine(folder, version, "keys.json"), KeysFileService.Text(("amy", Role.Reader, key)));
            File.CreateSymbolicLink($"{data}-next", version);
            using var move = Process.Start("mv", ["-T", $"{data}-next", data]); // File.Move takes no link to a folder
            await move.WaitForExitAsync();
            Assert.Equal(0, move.ExitCode);
        }
    }

    [Fact]
    public async Task Every_key_of_a_sheet_works_with_the_file_that_was_made_with_it()
    {
        service.Write();
        (int status, string output, string errors) = await ServiceProcess.Run(
            ["keys", "create", "--count", "30", "--name", "class-a", "--file", service.Path, "--role", "operator"]);
        Assert.Equal((0, ""), (status, errors));
        (string Name, string Key)[] sheet = Sheet.Of(output);
        Assert.Equal(Enumerable.Range(1, 30).Select(number => $"class-a-{number:00}"), sheet.Select(line => line.Name));
        Assert.Equal(30, sheet.Select(line => line.Key).Distinct().Count());
        foreach ((string name, string key) in sheet)
        {
            await service.Answers(HttpStatusCode.OK, key);
            JsonNode caller = JsonNode.Parse(await (await service.Get("/v1/caller", key)).Content.ReadAsStringAsync())!;
            Assert.Equal((name, "operator"), ((string?)caller["name"], (string?)caller["role"]));
        }
    }

    [Fact]
    public async Task A_service_with_an_empty_file_and_no_other_keys_lets_nobody_in_and_makes_no_key()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName, path = Path.Combine(folder, "keys.json");
        await File.WriteAllTextAsync(path, KeysFileService.Text());
        int port = ServiceProcess.FreePort();
        await using (ServiceProcess empty = ServiceProcess.Launch(
            folder, port, [], ("ASPNETCORE_URLS", $"http://0.0.0.0:{port}"), ("Access__KeysFile", path)))
        {
            await empty.Ready();
            await Expect.Problem(HttpStatusCode.Unauthorized, await empty.Client.Http.GetAsync("/v1/training-jobs"));
            await empty.Stop();
            Assert.DoesNotContain("aek_", empty.Output(), StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData(null, "cannot be read by user ")]
    [InlineData("", "is malformed at line 1: it must be {\"keys\":[{\"name\":")]
    [InlineData("{}", "is malformed")]
    [InlineData("[]", "is malformed at line 1")]
    [InlineData("null", "is malformed")]
    [InlineData("""{"keys":null}""", "is malformed at line 1")]
    [InlineData("""{"keys":[null]}""", "keys[0] must have a Hash of 64 hexadecimal digits and a Role")]
    [InlineData("""{"keys":[{"name":"amy","role":"reader"}]}""", "keys[0] must have a Hash of 64 hexadecimal digits and a Role")]
    [InlineData("{\"keys\":[\n{\"name\":\"amy\",\"rolle\":\"reader\"}]}", "is malformed at line 2")]
    [InlineData("""{"keys":[{"role":7}]}""", "is malformed at line 1")]
    public async Task A_file_that_makes_no_sense_at_start_stops_the_service_in_one_line(string? content, string fault)
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName, path = Path.Combine(folder, "keys.json");
        if (content is not null)
        {
            await File.WriteAllTextAsync(path, content);
        }

        (int status, string output, string errors) = await ServiceProcess.Run(
            [], ("Access__KeysFile", path), ("Store__Folder", Path.Combine(folder, "store")), ("ASPNETCORE_URLS", "http://127.0.0.1:0"));
        Assert.Equal((1, ""), (status, output));
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"Access:KeysFile '{path}'", line);
        Assert.Contains(fault, line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder, "store")));
        Directory.Delete(folder, recursive: true);
    }

    private async Task<string> Ticket(string key)
    {
        using HttpResponseMessage response = await service.Get("/v1/tickets", key, "POST");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["ticket"]!;
    }

    private static async Task Ends(HttpResponseMessage stream)
    {
        Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
        try
        {
            await (await stream.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
        }
    }
}
