using System.Security.Cryptography;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests.Datasets;

public sealed class MirrorTests
{
    private const int Train = 5_003,
        Test = 20;

    private static readonly Dictionary<string, byte[]> s_plain = IdxFolder
        .Files.Zip([Images(Train), Labels(Train), Images(Test), Labels(Test)])
        .ToDictionary(file => file.First, file => file.Second);
    private static readonly Dictionary<string, byte[]> s_files = s_plain.ToDictionary(
        file => $"{file.Key}.gz",
        file => OwnImages.Gzip(file.Value));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Manner.Silent)]
    [InlineData(Manner.Stalling)]
    [InlineData(Manner.Dying)]
    [InlineData(Manner.Truncating)]
    [InlineData(Manner.Lying)]
    [InlineData(Manner.Empty)]
    [InlineData(Manner.Away)]
    [InlineData(Manner.Redirecting)]
    public async Task A_mirror_that_fails_is_named_and_the_next_one_is_asked(Manner manner)
    {
        using Mirror right = new(Manner.Right, s_files), wrong = new(manner, s_files, right.Address);
        Assert.Contains(wrong.Address, (await Fetch(wrong.Address)).Fault(), StringComparison.Ordinal);
        Assert.NotEmpty(wrong.Asked);
        Assert.Empty(right.Asked); // redirections are not followed
        AssertWhole(await Fetch(wrong.Address, right.Address));
        Assert.Equal(s_files.Count, right.Asked.Count); // and the one that gave a file is asked first for the next
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_checksum_may_be_that_of_the_packed_file_or_of_what_is_in_it(bool isOfGzip)
    {
        using var right = new Mirror(Manner.Right, s_files);
        AssertWhole(await Download().FetchAsync(Set(isOfGzip, right.Address), Token));
    }

    [Fact]
    [StartsProcesses]
    public async Task A_mirror_that_is_no_web_address_stops_the_start()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using ServiceProcess service = ServiceProcess.Launch(folder, ("Datasets__FashionMnist__Mirrors__0", "file:///etc/passwd"));
        await service.Exited();
        Directory.Delete(folder, recursive: true);
        Assert.NotEqual(0, service.ExitCode);
        Assert.Contains("is not an http or https address", service.Output(), StringComparison.Ordinal);
    }

    private static Task<Result<Dataset, string>> Fetch(params string[] mirrors) =>
        Download().FetchAsync(Set(isOfGzip: false, mirrors), Token);

    private static MirroredSet Set(bool isOfGzip, params string[] mirrors) =>
        new(
            "small",
            "Small",
            mirrors,
            [
                .. IdxFolder.Files.Select(file => new MirroredFile(
                    file,
                    Convert.ToHexStringLower(SHA256.HashData(isOfGzip ? s_files[$"{file}.gz"] : s_plain[file])),
                    isOfGzip)),
            ]);

    private static DatasetDownloader Download()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddOptions<DatasetOptions>().Configure(options => options.DownloadTimeoutSeconds = 1);
        DatasetDownloader.AddClient(services);
        return services.AddSingleton<DatasetDownloader>().BuildServiceProvider().GetRequiredService<DatasetDownloader>();
    }

    private static void AssertWhole(Result<Dataset, string> load)
    {
        Dataset data = load.Value();
        Assert.Equal((Train - 5_000, 5_000, Test), (data.Train.Count, data.Validation.Count, data.Test.Count));
        Assert.Equal((2, 5_002 % 251), (data.Train.Label(2), data.Train.Image(2)[783]));
    }

    /// <summary>Images of one grey each, so that it tells which one it is.</summary>
    private static byte[] Images(int count) =>
        OwnImages.Idx([.. Enumerable.Range(0, count).SelectMany(i => Enumerable.Repeat((byte)(i % 251), 784))], count, 28, 28);

    private static byte[] Labels(int count) => OwnImages.Idx([.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))], count);
}
