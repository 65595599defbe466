using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests.Datasets;

public sealed class MirrorTests : IDisposable
{
    private static readonly Dictionary<string, byte[]> s_plain = IdxFolder.Files.Select((name, i) => (Name: name, Content: OwnPictures.Noise(i, 100_000))).ToDictionary(file => file.Name, file => file.Content);
    private static readonly Dictionary<string, byte[]> s_files = s_plain.ToDictionary(file => $"{file.Key}.gz", file => OwnPictures.Gzip(file.Value));

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder, "datasets", "small");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Manner.Silent)]
    [InlineData(Manner.Stalling)]
    [InlineData(Manner.Dying)]
    [InlineData(Manner.Truncating)]
    [InlineData(Manner.Lying)]
    [InlineData(Manner.Empty)]
    [InlineData(Manner.Away)]
    [InlineData(Manner.Redirecting)]
    public async Task A_mirror_that_fails_leaves_nothing_and_the_next_one_is_asked(Manner manner)
    {
        using Mirror right = new(Manner.Right, s_files), wrong = new(manner, s_files, right.Address);
        Assert.Contains(wrong.Address, await Fill(wrong.Address), StringComparison.Ordinal);
        Assert.NotEmpty(wrong.Asked);
        Assert.Empty(right.Asked); // redirections are not followed
        Assert.False(Directory.Exists(Target)); // the default data set is still another
        Assert.DoesNotContain(Directory.GetFiles($"{Target}.download"), path => path.EndsWith(".gz", StringComparison.Ordinal));

        Assert.Null(await Fill(wrong.Address, right.Address));
        AssertFilled();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_checksum_may_be_that_of_the_packed_file_or_of_what_is_in_it(bool isOfGzip)
    {
        using var right = new Mirror(Manner.Right, s_files);
        Assert.Null(await Download().FillAsync(Target, Set(isOfGzip, right.Address), Token));
        AssertFilled();
    }

    [Fact]
    public async Task Several_that_need_it_at_once_download_it_once()
    {
        using var right = new Mirror(Manner.Right, s_files);
        string?[] faults = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(() => Fill(right.Address))));
        Assert.All(faults, Assert.Null);
        Assert.Equal(s_files.Count, right.Asked.Count);
        AssertFilled();
    }

    [Fact]
    public async Task What_a_killed_process_has_left_is_gone_on_with_and_what_the_folder_has_is_kept()
    {
        string mine = IdxFolder.Files[0];
        Directory.CreateDirectory(Target);
        await File.WriteAllTextAsync(Path.Combine(Target, mine), "mine", Token);
        string gathered = Directory.CreateDirectory(Path.Combine(Target, ".download")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(gathered, $"{IdxFolder.Files[1]}.gz"), s_files[$"{IdxFolder.Files[1]}.gz"], Token);
        await File.WriteAllTextAsync(Path.Combine(gathered, $"{IdxFolder.Files[2]}.gz.part"), "half", Token);
        using var right = new Mirror(Manner.Right, s_files);
        Assert.Null(await Fill(right.Address));
        Assert.Equal(IdxFolder.Files.Skip(2).Select(file => $"/files/{file}.gz"), right.Asked);
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(Target, mine), Token));
        Assert.Empty(IdxFolder.Missing(Target));
        Assert.False(Directory.Exists(gathered));
    }

    [Fact]
    public async Task MNIST_is_downloaded_when_it_is_first_needed_and_not_before()
    {
        string genuine = Environment.GetEnvironmentVariable("MNIST_FOLDER") ?? Path.GetFullPath(Path.Combine(Repository.Root, "../shared/data/mnist"));
        Assert.SkipUnless(IdxFolder.Missing(genuine).Count == 0, "MNIST is not at hand.");
        using var right = new Mirror(Manner.Right, IdxFolder.Files.ToDictionary(file => $"{file}.gz", file => File.ReadAllBytes(Path.Combine(genuine, $"{file}.gz"))));
        await using ServiceProcess service = await ServiceProcess.Start(_folder, ("Datasets__Mnist__Mirrors__0", right.Address));

        JsonNode before = await service.Client.Json("/v1/datasets/mnist");
        Assert.Equal((true, true, 55_000), ((bool)before["available"]!, (bool)before["awaited"]!, (int)before["splits"]!["train"]!));
        Assert.Equal("succeeded", (string?)(await service.Client.Ended(await service.Client.Submit("""{"steps":1}""")))["status"]); // on the default, which is not MNIST
        Assert.Empty(right.Asked);

        using HttpResponseMessage early = await service.Client.Http.GetAsync("/v1/datasets/mnist/test/0.png");
        if (early.StatusCode != HttpStatusCode.OK)
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.ServiceUnavailable, early);
            Assert.EndsWith(":dataset-awaited", (string?)problem["type"], StringComparison.Ordinal);
            Assert.NotNull(early.Headers.RetryAfter);
        }

        JsonNode job = await service.Client.Ended(await service.Client.Submit("""{"dataset":"mnist","steps":1}"""));
        Assert.Equal("succeeded", (string?)job["status"]);
        Assert.Equal(4, right.Asked.Count);
        JsonNode after = await service.Client.Json("/v1/datasets/mnist");
        Assert.Equal((false, 10, 70_000), ((bool)after["awaited"]!, after["labels"]!.AsObject().Count, after["labels"]!.AsObject().Sum(label => (int)label.Value!)));
        await Expect.Png(await service.Client.Http.GetAsync("/v1/datasets/mnist/test/0.png"));
    }

    [Fact]
    public async Task Without_a_network_a_job_fails_soon_and_names_the_folder_to_fill()
    {
        using var away = new Mirror(Manner.Away, s_files);
        await using ServiceProcess service = await ServiceProcess.Start(_folder, ("Datasets__Mnist__Mirrors__0", away.Address), ("Datasets__MirrorSeconds", "1"));
        long began = Stopwatch.GetTimestamp();
        JsonNode job = await service.Client.Ended(await service.Client.Submit("""{"dataset":"mnist","steps":1}"""));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 30);
        Assert.Equal("failed", (string?)job["status"]);
        Assert.EndsWith(":dataset-unavailable", (string?)job["error"]!["type"], StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder, "datasets", "mnist"), (string?)job["error"]!["detail"], StringComparison.Ordinal);

        JsonNode now = await service.Client.Json("/v1/datasets/mnist");
        Assert.Equal((string?)job["error"]!["detail"], (string?)now["unavailable"]);
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await service.Client.Http.GetAsync("/v1/datasets/mnist/test/0.png"));
        Assert.EndsWith(":dataset-unavailable", (string?)problem["type"], StringComparison.Ordinal);
        Assert.Equal("synthetic-digits", (string?)(await service.Client.Json(await service.Client.Submit("{}")))["settings"]!["dataset"]);
    }

    [Fact]
    public async Task A_mirror_that_is_no_web_address_stops_the_start()
    {
        await using ServiceProcess service = ServiceProcess.Launch(_folder, ("Datasets__FashionMnist__Mirrors__0", "file:///etc/passwd"));
        await service.Exited();
        Assert.NotEqual(0, service.ExitCode);
        Assert.Contains("is not an http or https address", service.Output(), StringComparison.Ordinal);
    }

    private Task<string?> Fill(params string[] mirrors) => Download().FillAsync(Target, Set(isOfGzip: false, mirrors), Token);

    private static MirroredSet Set(bool isOfGzip, params string[] mirrors) => new(
        "small", mirrors, [.. IdxFolder.Files.Select(file => new MirroredFile(file, Convert.ToHexStringLower(SHA256.HashData(isOfGzip ? s_files[$"{file}.gz"] : s_plain[file])), isOfGzip))]);

    private static MirrorDownload Download()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddOptions<DatasetOptions>().Configure(options => options.MirrorSeconds = 1);
        MirrorDownload.AddClient(services);
        return services.AddSingleton<MirrorDownload>().BuildServiceProvider().GetRequiredService<MirrorDownload>();
    }

    private void AssertFilled()
    {
        Assert.Equal(s_files.Keys.Order(), Directory.GetFiles(Target).Select(Path.GetFileName).Order());
        Assert.All(s_files, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(Target, file.Key))));
        Assert.False(Directory.Exists($"{Target}.download"));
    }
}
