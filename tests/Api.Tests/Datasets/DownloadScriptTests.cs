using System.Diagnostics;
using System.Runtime.Versioning;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

/// <summary>How ./test and ./demo fetch MNIST where no folder has it: with another curl, which gives what these tests want.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class DownloadScriptTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    private string Target => Path.Combine(_folder, "mnist");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_four_files_come_from_the_next_mirror_where_one_does_not_answer()
    {
        (int status, _) = await Download($"[[ $url != *ossci* ]] && cp {MnistFolder.Path}/\"${{url##*/}}\" \"$out\"");
        Assert.Equal(0, status);
        Assert.Empty(IdxFolder.Missing(Target));
        Assert.Equal([Target], Directory.GetDirectories(_folder, "mnist*"));
    }

    [Theory]
    [InlineData("echo unreachable >&2; exit 6", "unreachable")]
    [InlineData("echo other | gzip >\"$out\"", "train-images-idx3-ubyte.gz is not the published file")]
    public async Task What_no_mirror_gives_is_told_and_leaves_nothing(string curl, string reason)
    {
        (int status, string output) = await Download(curl);
        Assert.NotEqual(0, status);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_folder, "mnist*"));
    }

    /// <param name="curl">Writes what <c>$url</c> gives to <c>$out</c>.</param>
    private async Task<(int Status, string Output)> Download(string curl)
    {
        string program = Path.Combine(_folder, "curl");
        await File.WriteAllTextAsync(program, $"#!/bin/bash\nurl=${{@: -1}}\nwhile [ \"$1\" != -o ]; do shift; done\nout=$2\n{curl}\n");
        File.SetUnixFileMode(program, (UnixFileMode)0b111_101_101);
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", ". build/prerequisites.sh; download_mnist \"$0\" 2>&1", Target])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            Environment = { ["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}" },
        };
        using Process bash = Process.Start(start)!;
        string output = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, output);
    }
}
