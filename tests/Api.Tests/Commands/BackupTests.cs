using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Commands;

[StartsProcesses]
public sealed class BackupTests : IDisposable
{
    private const string Long = """
        {"dataset":"synthetic-digits","steps":400,"batchSize":16,"channels":[2,2],
        "warmupSteps":0,"evaluateEvery":50,"checkpointEvery":50}
        """;
    private const string Short = """{"dataset":"synthetic-digits","steps":10,"batchSize":16,"channels":[2,2],"warmupSteps":0}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly string _copies = Directory.CreateTempSubdirectory("autoencoder-copy-").FullName;

    private string Copy => Path.Combine(_copies, "autoencoder.db");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_copies, recursive: true);
    }

    [Fact]
    public async Task A_service_on_a_copy_that_was_made_under_training_has_every_job_and_checkpoint_and_resumes_the_running_one()
    {
        JsonNode ended, before, checkpoints;
        string running;
        await using (ServiceProcess service = await ServiceProcess.Start(_folder))
        {
            ended = await service.Client.Ended(await service.Client.Submit(Short));
            running = await service.Client.Submit(Long);
            before = await service.Client.Await(running, job =>
                (int)job["progress"]!["step"]! > 100 && job["latestCheckpoint"] is not null);
            checkpoints = await service.Client.Json("/v1/checkpoints?limit=100");
            (int status, string output, string errors) = await Backup(Copy);
            Assert.Equal((0, ""), (status, errors));
            Assert.Contains("2 jobs, ", output, StringComparison.Ordinal);
            Assert.NotEqual("ended", (string?)(await service.Client.Json(running))["status"]);
            await service.Kill();
        }

        Assert.Equal([Copy], Directory.GetFiles(_copies));
        await using ServiceProcess restored = await ServiceProcess.Start(_copies);
        Assert.Equal(
            (string?)ended["latestCheckpoint"],
            (string?)(await restored.Client.Json($"/v1/training-jobs/{ended["id"]}"))["latestCheckpoint"]);
        foreach (JsonNode? checkpoint in checkpoints["items"]!.AsArray())
        {
            Assert.Equal(
                (int)checkpoint!["bytes"]!,
                (await restored.Client.Http.GetByteArrayAsync($"/v1/checkpoints/{checkpoint["id"]}/weights")).Length);
        }

        JsonNode resumed = await restored.Client.Ended(running);
        Assert.Equal(("succeeded", 2), ((string?)resumed["status"], (int)resumed["attempt"]!));
    }

    [Fact]
    public async Task What_cannot_be_copied_or_written_is_told_in_one_sentence_and_leaves_nothing()
    {
        await Refused(Copy, "There is no store");
        string store = Path.Combine(_folder, "autoencoder.db");
        await File.WriteAllTextAsync(store, string.Concat(Enumerable.Repeat("no database ", 1_000)));
        await Refused(Copy, "file is not a database");
        await File.WriteAllTextAsync(store, ""); // an empty database
        await Refused(Copy, "no such table");
        await Refused(Path.Combine(_copies, "missing", "copy.db"), "lies in no folder");
        await Refused(Copy, "pg_dump", ("Store__Provider", "postgres"), ("ConnectionStrings__Store", "Host=127.0.0.1"));
        Assert.Empty(Directory.GetFileSystemEntries(_copies));
        await File.WriteAllTextAsync(Copy, "an earlier copy");
        await Refused(Copy, "exists already");
        Assert.Equal("an earlier copy", await File.ReadAllTextAsync(Copy));
    }

    [Fact]
    public async Task A_full_disk_leaves_nothing_half()
    {
        await using (ServiceProcess service = await ServiceProcess.Start(_folder))
        {
            await service.Client.Ended(await service.Client.Submit(Short));
            await service.Stop();
        }

        string[] onSmallDisk =
        [
            "unshare",
            "--mount",
            "sh",
            "-c",
            $"mount -t tmpfs -o size=64k tmpfs {_copies} && \"$@\"; status=$?; ls -A {_copies}; exit $status",
            "sh",
        ];
        Assert.SkipUnless(Environment.UserName == "root", "Mounting a small tmpfs needs root.");
        (int status, string output, string errors) = await ServiceProcess.Run(onSmallDisk, ["backup", Copy], ("Store__Folder", _folder));
        Assert.Equal((1, ""), (status, output));
        Assert.Contains("full", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private async Task Refused(string file, string reason, params (string, string)[] settings)
    {
        (int status, string output, string errors) = await Backup(file, settings);
        Assert.Equal((1, ""), (status, output));
        Assert.Contains(reason, Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    private Task<(int ExitStatus, string Output, string Errors)> Backup(string file, params (string, string)[] settings) =>
        ServiceProcess.Run(["backup", file], [("Store__Folder", _folder), .. settings]);
}
