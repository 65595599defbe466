using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests.Verifications;

/// <summary>Verifications over HTTP; what is tampered with is written into the database, as nothing else can.</summary>
[Collection(TrainedCollection.Name)]
public sealed class VerificationTests(TrainedService trained)
{
    private const string Small =
        "\"dataset\":\"synthetic-digits\",\"channels\":[2,3],\"steps\":30,\"warmupSteps\":10,\"evaluateEvery\":10,\"checkpointEvery\":10";

    private ServiceClient Service => trained.Service;

    public static TheoryData<string> Architectures => [.. TrainedService.Architectures];

    [Theory]
    [MemberData(nameof(Architectures))]
    public async Task Every_checkpoint_of_a_run_is_equal_when_trained_again_from_the_one_before_it_or_from_the_seed(string architecture)
    {
        JsonNode[] checkpoints = await CheckpointsOf(trained.Jobs[architecture]);
        Assert.Equal([20, 40], checkpoints.Select(each => (int)each["step"]!));
        Assert.Null(checkpoints[0]["lineage"]!["parent"]);
        Assert.Equal(
            ((string)checkpoints[0]["id"]!, (string)checkpoints[0]["sha256"]!),
            ((string)checkpoints[1]["lineage"]!["parent"]!["id"]!, (string)checkpoints[1]["lineage"]!["parent"]!["sha256"]!));
        Assert.All(checkpoints, each => Assert.Matches("^[0-9a-f]{64}$", (string)each["lineage"]!["datasetSha256"]!));
        Assert.Single(checkpoints.Select(each => (string)each["lineage"]!["datasetSha256"]!).Distinct());

        string? before = null;
        foreach (JsonNode checkpoint in checkpoints)
        {
            JsonNode verification = await Verify((string)checkpoint["id"]!), result = verification["result"]!;
            AssertOutcome("equal", result);
            Assert.Equal(((string)checkpoint["id"]!, (string)checkpoint["sha256"]!, 100), (
                (string)verification["checkpoint"]!, (string)verification["sha256"]!, (int)verification["percent"]!));
            Assert.Equal((before, 20), ((string?)result["from"]!["checkpoint"], (int)result["steps"]!));
            Assert.True((bool)result["compared"]!["optimizer"]! && (bool)result["compared"]!["file"]!);
            string[] losses = (int)checkpoint["step"]! == 40
                ? ["train", "validation", "test", "errorQuantiles"]
                : ["train", "validation", "errorQuantiles"];
            Assert.Equal(losses, result["compared"]!["losses"]!.AsArray().Select(name => (string)name!));
            Assert.Equal(3 * checkpoint["layers"]!.AsArray().Sum(layer => (int)layer!["parameters"]!), (int)result["compared"]!["values"]!);
            Assert.Equal((2, "simd"), ((int)result["environment"]!["threads"]!, (string)result["environment"]!["engine"]!));
            before = (string)checkpoint["id"]!;
        }
    }

    [Theory]
    [InlineData("\"noise\":{\"kind\":\"gaussian\",\"amount\":0.3}")]
    [InlineData("\"labels\":[1,7],\"codeWidth\":4")]
    [InlineData("\"checkpointEvery\":7,\"evaluateEvery\":4,\"learningRateSchedule\":\"constant\"")]
    public async Task Checkpoints_off_the_grid_and_of_other_settings_are_equal_too(string settings)
    {
        JsonNode[] checkpoints = await CheckpointsOf(await Train(settings));
        foreach (JsonNode checkpoint in checkpoints)
        {
            AssertOutcome("equal", (await Verify((string)checkpoint["id"]!))["result"]!);
        }
    }

    [Fact]
    public async Task The_checkpoint_of_a_cancelled_run_is_equal_wherever_it_stopped_and_its_losses_are_measured_again()
    {
        string job = await Service.Submit(
            """{"architecture":"dense","dataset":"synthetic-digits","steps":3000,"evaluateEvery":50,"checkpointEvery":60}""");
        await Service.Await(job, state => (int)state["progress"]!["step"]! > 130);
        await Service.Post($"{job}/cancel", "");
        JsonNode[] checkpoints = await CheckpointsOf(await Service.Ended(job));
        JsonNode last = checkpoints[^1], result = (await Verify((string)last["id"]!))["result"]!;
        AssertOutcome("equal", result);
        int evaluated = (int)last["step"]! / 50 * 50;
        Assert.True((int)result["from"]!["step"]! < evaluated, result.ToJsonString());
        Assert.Contains("validation", result["compared"]!["losses"]!.AsArray().Select(name => (string)name!));
    }

    [Fact]
    public async Task A_network_that_starts_from_another_s_weights_has_it_as_its_parent_and_is_trained_again_from_it()
    {
        JsonNode first = await Train("\"seed\":2");
        string from = (string)first["latestCheckpoint"]!;
        JsonNode[] checkpoints = await CheckpointsOf(await Train($"\"startFrom\":\"{from}\",\"checkpointEvery\":30"));
        JsonNode parent = Assert.Single(checkpoints)["lineage"]!["parent"]!;
        Assert.Equal((from, (string)(await Service.Json($"/v1/checkpoints/{from}"))["sha256"]!), (
            (string)parent["id"]!, (string)parent["sha256"]!));
        string id = (string)checkpoints[0]["id"]!;
        JsonNode result = (await Verify(id))["result"]!;
        AssertOutcome("equal", result);
        Assert.Equal((from, 0), ((string)result["from"]!["checkpoint"]!, (int)result["from"]!["step"]!));

        await Tamper(from, FlipBit("conv1.weight", 0));
        AssertOutcome("not-checkable", (await Verify(id))["result"]!, "is not the file that it was");
        await Service.Http.DeleteAsync($"/v1/checkpoints/{from}");
        AssertOutcome("not-checkable", (await Verify(id))["result"]!, "is gone");
    }

    [Theory]
    [InlineData("conv1.weight", 7)]
    [InlineData("code.bias", 0)]
    [InlineData("deconv1.weight", 11)]
    [InlineData("output.weight.exp_avg", 3)]
    [InlineData("conv1.weight.exp_avg_sq", 5)]
    public async Task One_flipped_bit_with_a_mended_sha256_is_found_and_named(string tensor, int index)
    {
        string id = (string)(await Train("\"checkpointEvery\":15"))["latestCheckpoint"]!;
        await Tamper(id, FlipBit(tensor, index));
        JsonNode verification = await Verify(id), result = verification["result"]!;
        AssertOutcome("differs", result, $"'{tensor}'");
        JsonNode difference = result["difference"]!;
        Assert.Equal((tensor, index, 1), ((string)difference["tensor"]!, (int)difference["index"]!, (int)difference["count"]!));
        Assert.NotEqual((float)difference["stated"]!, (float)difference["measured"]!);
        Assert.Equal(
            BitConverter.SingleToInt32Bits((float)difference["stated"]!) ^ 1,
            BitConverter.SingleToInt32Bits((float)difference["measured"]!));
        Assert.Equal("succeeded", (string?)verification["status"]);
    }

    [Fact]
    public async Task One_flipped_bit_of_a_stated_loss_is_found_and_named()
    {
        foreach ((string name, Func<Checkpoint, Checkpoint> change) in ((string, Func<Checkpoint, Checkpoint>)[])
            [
                ("train", checkpoint => checkpoint with { Losses = checkpoint.Losses with { Train = Flip(checkpoint.Losses.Train) } }),
                ("validation", checkpoint => checkpoint with
                {
                    Losses = checkpoint.Losses with { Validation = Flip(checkpoint.Losses.Validation) },
                }),
                ("test", checkpoint => checkpoint with { Losses = checkpoint.Losses with { Test = Flip(checkpoint.Losses.Test) } }),
            ])
        {
            string id = (string)(await Train("\"checkpointEvery\":15"))["latestCheckpoint"]!;
            Checkpoint before = await Rewrite(id, change);
            JsonNode result = (await Verify(id))["result"]!;
            AssertOutcome("losses-differ", result, $"another {name}");
            JsonNode loss = Assert.Single(result["losses"]!.AsArray())!;
            double measured = name switch
            {
                "train" => before.Losses.Train!.Value,
                "validation" => before.Losses.Validation!.Value,
                _ => before.Losses.Test!.Value,
            };
            Assert.Equal((name, measured), ((string)loss["name"]!, (double)loss["measured"]!));
            Assert.NotEqual(measured, (double)loss["stated"]!);
            Assert.Contains("not what the file states", (string?)result["notes"]![0], StringComparison.Ordinal); // the row was left
        }

        static double Flip(double? loss) => BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(loss!.Value) ^ 1);
    }

    [Fact]
    public async Task An_earlier_checkpoint_that_was_tampered_with_is_known_by_the_lineage_and_not_used()
    {
        JsonNode[] checkpoints = await CheckpointsOf(await Train());
        (string first, string second) = ((string)checkpoints[0]["id"]!, (string)checkpoints[1]["id"]!);
        await Tamper(first, FlipBit("conv1.weight", 0));
        JsonNode result = (await Verify(second))["result"]!;
        AssertOutcome("equal", result);
        Assert.Null((string?)result["from"]!["checkpoint"]);
        Assert.Contains(first, (string?)Assert.Single(result["notes"]!.AsArray()), StringComparison.Ordinal);
        AssertOutcome("differs", (await Verify(first))["result"]!, "'conv1.weight'");

        string sha256 = (string)(await Service.Json($"/v1/checkpoints/{first}"))["sha256"]!; // and the lineage mended
        Guid child = Guid.Parse(second);
        await Change(store => store.Checkpoints.Where(row => row.Id == child)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.ParentSha256, sha256)));
        result = (await Verify(second))["result"]!;
        AssertOutcome("differs", result);
        Assert.Equal(first, (string?)result["from"]!["checkpoint"]);
    }

    [Fact]
    public async Task A_damaged_or_deleted_checkpoint_before_it_is_no_obstacle()
    {
        JsonNode[] checkpoints = await CheckpointsOf(await Train());
        string[] ids = [.. checkpoints.Select(each => (string)each["id"]!)];
        await Change(store => store.CheckpointFiles.Where(file => file.CheckpointId == Guid.Parse(ids[1]))
            .ExecuteUpdateAsync(set => set.SetProperty(file => file.Content, new byte[100])));
        JsonNode result = (await Verify(ids[2]))["result"]!;
        AssertOutcome("equal", result);
        Assert.Equal(ids[0], (string?)result["from"]!["checkpoint"]);
        Assert.Contains("is damaged", (string?)result["notes"]![0], StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/checkpoints/{ids[0]}")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/checkpoints/{ids[1]}")).StatusCode);
        result = (await Verify(ids[2]))["result"]!;
        AssertOutcome("equal", result);
        Assert.Equal((null, 30), ((string?)result["from"]!["checkpoint"], (int)result["steps"]!));
        Assert.Equal(ids[1], (string?)(await Service.Json($"/v1/checkpoints/{ids[2]}"))["lineage"]!["parent"]!["id"]); // which outlives it
    }

    [Theory]
    [InlineData("engine", "torchsharp")]
    [InlineData("instructionSet", "neon")]
    [InlineData("threads", "1000 threads")]
    [InlineData("none", "which engine")]
    public async Task What_another_machine_has_trained_is_not_checkable_and_the_reason_says_so(string what, string reason)
    {
        string id = (string)(await Train())["latestCheckpoint"]!;
        await Rewrite(id, checkpoint => checkpoint with
        {
            Environment = what switch
            {
                "engine" => checkpoint.Environment with { Engine = "torchsharp" },
                "instructionSet" => checkpoint.Environment with { InstructionSet = "neon" },
                "threads" => checkpoint.Environment with { Threads = 1_000 },
                _ => checkpoint.Environment with { Engine = null },
            },
        });
        JsonNode verification = await Verify(id), result = verification["result"]!;
        AssertOutcome("not-checkable", result, reason);
        Assert.Equal((0, 0.0), ((int)result["steps"]!, (double)result["seconds"]!));
        Assert.Null(result["compared"]);
    }

    [Fact]
    public async Task A_run_that_was_resumed_elsewhere_is_equal_or_not_checkable()
    {
        string warning = "Resumed at step 5 on a CPU with neon (started on avx512): the last bits of the weights may differ from an "
            + "uninterrupted run.";
        JsonNode job = await Train();
        string id = (string)job["latestCheckpoint"]!;
        Guid own = Guid.Parse((string)job["id"]!);
        await Change(store => store.Jobs.Where(row => row.Id == own)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Warnings, new[] { warning })));
        AssertOutcome("equal", (await Verify(id))["result"]!);
        await Tamper(id, FlipBit("conv1.weight", 1));
        JsonNode result = (await Verify(id))["result"]!;
        AssertOutcome("not-checkable", result, "Resumed at step 5");
        Assert.Null(result["difference"]);
    }

    [Fact]
    public async Task A_run_whose_schedule_was_changed_is_trained_again_from_a_checkpoint_since_then()
    {
        JsonNode job = await Train();
        string[] ids = [.. (await CheckpointsOf(job)).Select(each => (string)each["id"]!)];
        Guid own = Guid.Parse((string)job["id"]!);
        await Reschedule(20);
        JsonNode result = (await Verify(ids[2]))["result"]!; // whose losses begin at step 20 as well
        AssertOutcome("equal", result);
        Assert.Equal(ids[1], (string?)result["from"]!["checkpoint"]);
        AssertOutcome("equal", (await Verify(ids[1]))["result"]!);
        await Reschedule(15);
        AssertOutcome("not-checkable", (await Verify(ids[1]))["result"]!, "another schedule at step 15");

        Task Reschedule(int step) => Change(store => store.Jobs.Where(row => row.Id == own)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.RescheduledAt, step)));
    }

    [Theory]
    [InlineData("constant", "")]
    [InlineData("cosine", ",\"learningRateSchedule\":\"cosine\"")]
    [InlineData("cosine", ",\"learningRateSchedule\":\"constant\"")]
    public async Task Every_checkpoint_of_a_run_that_was_paused_resumed_and_extended_is_equal(string schedule, string then)
    {
        string job = "", status = "";
        for (int attempt = 0; attempt < 5 && status != "paused"; attempt++) // a fast machine may be over before it is paused
        {
            job = await Service.Submit($$"""
                {"architecture":"strided","dataset":"synthetic-digits","steps":310,"warmupSteps":10,"evaluateEvery":50,
                "checkpointEvery":75,"learningRateSchedule":"{{schedule}}"}
                """);
            await Service.Await(job, state => (int)state["progress"]!["step"]! > 0);
            await Service.Post($"{job}/pause", "");
            status = (string)(await Service.Await(job, state => (string)state["status"]! is "paused" or "succeeded"))["status"]!;
        }

        Assert.Equal("paused", status);
        await Service.Post($"{job}/resume", "");
        Assert.Equal("succeeded", (string?)(await Service.Ended(job))["status"]);
        using HttpResponseMessage extended = await Service.Post($"{job}/extend", $$"""{"steps":430{{then}}}""");
        Assert.True(extended.IsSuccessStatusCode, await extended.Content.ReadAsStringAsync());
        JsonNode ended = await Service.Ended(job);
        Assert.Equal(("succeeded", 430), ((string)ended["status"]!, (int)ended["progress"]!["step"]!));
        JsonNode[] checkpoints = await CheckpointsOf(ended);
        Assert.Contains(310, checkpoints.Select(each => (int)each["step"]!)); // the end of the shorter run, off the grid of evaluations
        foreach (JsonNode checkpoint in checkpoints)
        {
            JsonNode result = (await Verify((string)checkpoint["id"]!))["result"]!;
            AssertOutcome("equal", result);
            Assert.True((int)result["steps"]! <= 310, result.ToJsonString());
        }
    }

    [Fact]
    public async Task Losses_that_lie_before_the_only_state_to_train_from_are_not_said_to_be_measured()
    {
        JsonNode job = await Train("\"checkpointEvery\":12,\"evaluateEvery\":10"); // evaluated at 10 and 20, saved at 12 and 24
        string[] ids = [.. (await CheckpointsOf(job)).Select(each => (string)each["id"]!)];
        JsonNode result = (await Verify(ids[1]))["result"]!;
        Assert.Equal((ids[0], 12), ((string)result["from"]!["checkpoint"]!, (int)result["steps"]!)); // 20 is measured on the way

        job = await Train("\"checkpointEvery\":11,\"evaluateEvery\":10,\"seed\":3"); // saved at 11, 22, 30
        ids = [.. (await CheckpointsOf(job)).Select(each => (string)each["id"]!)];
        Guid own = Guid.Parse((string)job["id"]!), second = Guid.Parse(ids[1]);
        JsonNode stopped = await Service.Json($"/v1/checkpoints/{ids[1]}");
        Assert.Equal(22, (int)stopped["step"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/checkpoints/{ids[0]}")).StatusCode);
        await Change(store => store.Jobs.Where(row => row.Id == own)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.RescheduledAt, 21)));
        AssertOutcome("not-checkable", (await Verify(ids[1]))["result"]!, "step 21");
        AssertOutcome("equal", (await Verify(ids[2]))["result"]!); // 30 is measured after 22
    }

    [Fact]
    public async Task A_data_set_that_is_gone_or_another_makes_a_checkpoint_not_checkable()
    {
        await PutDigits("verified-digits", seed: 1);
        string id = (string)(await Train("\"dataset\":\"verified-digits\""))["latestCheckpoint"]!;
        AssertOutcome("equal", (await Verify(id))["result"]!);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/verified-digits")).StatusCode);
        AssertOutcome("not-checkable", (await Verify(id))["result"]!, "There is no data set 'verified-digits'");
        await PutDigits("verified-digits", seed: 2);
        AssertOutcome("not-checkable", (await Verify(id))["result"]!, "another than that of the training");
        await Service.Http.DeleteAsync("/v1/datasets/verified-digits");
        await PutDigits("verified-digits", seed: 1); // the same content again
        AssertOutcome("equal", (await Verify(id))["result"]!);
    }

    [Fact]
    public async Task An_imported_checkpoint_is_trained_again_from_the_seed_and_weights_alone_are_compared_alone()
    {
        JsonNode job = await Train("\"film\":true");
        JsonNode whole = await Import(await Service.Http.GetByteArrayAsync($"/v1/checkpoints/{job["latestCheckpoint"]}/weights"));
        Assert.Null(whole["lineage"]);
        JsonNode result = (await Verify((string)whole["id"]!))["result"]!;
        AssertOutcome("equal", result);
        Assert.Equal((null, 30, true), (
            (string?)result["from"]!["checkpoint"], (int)result["steps"]!, (bool)result["compared"]!["optimizer"]!));

        foreach (int step in (int[])[0, 10, 4])
        {
            JsonNode frame = await Import(await Service.Http.GetByteArrayAsync($"{job["links"]!["film"]}/{step}")); // without losses
            result = (await Verify((string)frame["id"]!))["result"]!;
            AssertOutcome("equal", result);
            Assert.Equal((step, false, 0), (
                (int)result["steps"]!, (bool)result["compared"]!["optimizer"]!, result["compared"]!["losses"]!.AsArray().Count));
        }
    }

    [Fact]
    public async Task A_file_from_elsewhere_that_would_take_more_than_a_job_may_is_not_checkable()
    {
        JsonNode wide = await Service.Ended(await Service.Submit(
            """{"architecture":"dense","dataset":"synthetic-digits","denseWidths":[1000,300],"steps":1,"stopOnCollapse":false}"""));
        byte[] file = await Service.Http.GetByteArrayAsync($"/v1/checkpoints/{wide["latestCheckpoint"]}/weights");
        Checkpoint claims = CheckpointFile.Read(file).Value();
        claims = claims with { Settings = claims.Settings with { Steps = 100_000, BatchSize = 1_000, EvaluateEvery = 1 }, Step = 100_000 };
        JsonNode imported = await Import(CheckpointFile.Write(claims));
        AssertOutcome("not-checkable", (await Verify((string)imported["id"]!))["result"]!, "more than a job may do here");
    }

    [Fact]
    public async Task An_example_whose_data_set_is_not_here_is_not_checkable()
    {
        JsonNode example = await Service.Json("/v1/checkpoints/example-strided");
        Assert.Null(example["lineage"]);
        AssertOutcome("not-checkable", (await Verify("example-strided"))["result"]!, "mnist");
    }

    [Fact]
    public async Task A_checkpoint_that_is_deleted_meanwhile_or_damaged_fails_its_verification_in_words()
    {
        string doomed = (string)(await Train())["latestCheckpoint"]!, damaged = (string)(await Train())["latestCheckpoint"]!,
            changed = (string)(await Train())["latestCheckpoint"]!, other = (string)(await Train())["latestCheckpoint"]!;
        string blocker = await Service.Submit( // the only worker is busy with it
            """{"architecture":"dense","dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000,"checkpointEvery":100000}""");
        await Service.Await(blocker, job => (string)job["status"]! == "running");
        string first = await Begin(doomed), second = await Begin(damaged), third = await Begin(changed), cancelled = await Begin(other);
        using HttpResponseMessage again = await Service.Post($"/v1/checkpoints/{doomed}/verifications", "");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode); // the one that has not ended
        Assert.Equal(first, (string?)JsonNode.Parse(await again.Content.ReadAsStringAsync())!["links"]!["self"]);
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync(first));
        Assert.Equal(HttpStatusCode.OK, (await Service.Post($"{cancelled}/cancel", "")).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/checkpoints/{doomed}")).StatusCode);
        await Change(store => store.CheckpointFiles.Where(file => file.CheckpointId == Guid.Parse(damaged))
            .ExecuteUpdateAsync(set => set.SetProperty(file => file.Content, new byte[100])));
        await Tamper(changed, FlipBit("conv1.weight", 0));
        await Service.Post($"{blocker}/cancel", "");

        foreach ((string verification, string reason) in ((string, string)[])
            [(first, "was deleted"), (second, "sha256 differs"), (third, "is not the one that was there")])
        {
            JsonNode ended = await Service.Ended(verification);
            Assert.Equal("failed", (string?)ended["status"]);
            Assert.Contains(reason, (string?)ended["error"]!["detail"], StringComparison.Ordinal);
            Assert.Null(ended["result"]);
        }

        Assert.Equal("cancelled", (string?)(await Service.Json(cancelled))["status"]);
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Post($"{first}/cancel", ""));
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync(first)).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(first));
    }

    [Fact]
    public async Task A_running_verification_is_cancelled_soon()
    {
        string job = await Service.Submit(
            """{"architecture":"dense","dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000,"checkpointEvery":100000}""");
        await Service.Await(job, state => (int)state["progress"]!["step"]! > 500);
        await Service.Post($"{job}/cancel", "");
        string id = (string)(await Service.Ended(job))["latestCheckpoint"]!;
        string verification = await Begin(id);
        JsonNode running = await Service.Await(verification, state => (string)state["status"]! == "running" && (int)state["percent"]! > 0);
        Assert.InRange((int)running["percent"]!, 1, 99);
        await Service.Post($"{verification}/cancel", "");
        JsonNode ended = await Service.Ended(verification);
        Assert.Equal("cancelled", (string?)ended["status"]);
        Assert.Null(ended["result"]);
        AssertOutcome("equal", (await Verify(id))["result"]!); // a new one, and the end that was stopped within no grid
    }

    [Fact]
    public async Task A_verification_is_listed_polled_and_outlives_its_checkpoint()
    {
        string id = (string)(await Train())["latestCheckpoint"]!;
        JsonNode first = await Verify(id), second = await Verify(id);
        Assert.NotEqual((string)first["id"]!, (string)second["id"]!);
        string self = (string)second["links"]!["self"]!;
        JsonNode page = await Service.Json($"/v1/verifications?checkpoint={id}&status=succeeded&limit=1");
        Assert.Equal((string)second["id"]!, (string)Assert.Single(page["items"]!.AsArray())!["id"]!);
        JsonNode rest = await Service.Json($"/v1/verifications?checkpoint={id}&cursor={page["nextCursor"]}");
        Assert.Equal((string)first["id"]!, (string)Assert.Single(rest["items"]!.AsArray())!["id"]!);
        Assert.DoesNotContain(
            (await Service.Json("/v1/training-jobs?limit=200"))["items"]!.AsArray(), job => (string)job!["id"]! == (string)second["id"]!);
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync($"/v1/training-jobs/{second["id"]}"));

        using HttpResponseMessage response = await Service.Http.GetAsync(self);
        Assert.Null(response.Headers.RetryAfter);
        using var known = new HttpRequestMessage(HttpMethod.Get, self) { Headers = { IfNoneMatch = { response.Headers.ETag! } } };
        Assert.Equal(HttpStatusCode.NotModified, (await Service.Http.SendAsync(known)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync($"/v1/checkpoints/{id}")).StatusCode);
        Assert.Equal("equal", (string?)(await Service.Json(self))["result"]!["outcome"]);
    }

    [Fact]
    public async Task A_retry_under_the_same_key_gets_the_same_verification()
    {
        string id = (string)(await Train())["latestCheckpoint"]!;
        async Task<(HttpStatusCode Status, string Body)> Send()
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/checkpoints/{id}/verifications")
            {
                Headers = { { "Idempotency-Key", $"verify-{id}" } },
            };
            using HttpResponseMessage response = await Service.Http.SendAsync(request);
            Assert.NotNull(response.Headers.RetryAfter);
            Assert.NotNull(response.Headers.Location);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }

        (HttpStatusCode Status, string Body) first = await Send();
        Assert.Equal(HttpStatusCode.Accepted, first.Status);
        await Service.Ended((string)JsonNode.Parse(first.Body)!["links"]!["self"]!);
        Assert.Equal(first, await Send());
    }

    [Fact]
    public async Task Unknown_checkpoints_and_verifications_are_not_found()
    {
        foreach (string reference in (string[])["no-such-tag", $"{Guid.NewGuid()}"])
        {
            await Expect.Problem(HttpStatusCode.NotFound, await Service.Post($"/v1/checkpoints/{reference}/verifications", ""));
        }

        string none = $"/v1/verifications/{Guid.NewGuid()}";
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(none));
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Post($"{none}/cancel", ""));
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.DeleteAsync(none));
        await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.GetAsync("/v1/verifications?status=equal"));
    }

    private static void AssertOutcome(string outcome, JsonNode result, string reason = "")
    {
        Assert.True(outcome == (string?)result["outcome"], result.ToJsonString());
        Assert.Contains(reason, (string?)result["reason"], StringComparison.Ordinal);
    }

    /// <summary>Flips the last bit of a value of a tensor.</summary>
    private static Func<byte[], byte[]> FlipBit(string tensor, int index) => file =>
    {
        SafetensorsFile contents = Safetensors.Read(file).Value();
        NamedTensor[] tensors =
        [
            .. contents.Tensors.Select(each =>
            {
                byte[] data = each.Data.ToArray();
                if (each.Name == tensor)
                {
                    data[sizeof(float) * index] ^= 1;
                }

                return each with { Data = data };
            }),
        ];
        byte[] changed = Safetensors.Write(contents.Metadata, tensors);
        Assert.Equal(1, file.Zip(changed).Count(pair => pair.First != pair.Second));
        return changed;
    };

    private async Task<JsonNode> Train(string settings = "")
    {
        JsonObject all = JsonNode.Parse($"{{{Small}}}")!.AsObject();
        foreach ((string name, JsonNode? value) in JsonNode.Parse($"{{{settings}}}")!.AsObject())
        {
            all[name] = value?.DeepClone();
        }

        JsonNode job = await Service.Ended(await Service.Submit(all.ToJsonString()));
        Assert.True((string?)job["status"] == "succeeded", job.ToJsonString());
        return job;
    }

    /// <summary>In the order of their steps.</summary>
    private async Task<JsonNode[]> CheckpointsOf(JsonNode job) =>
        [.. (await Service.Json($"/v1/checkpoints?jobId={job["id"]}"))["items"]!.AsArray().Reverse().Select(each => each!)];

    private async Task<string> Begin(string reference)
    {
        using HttpResponseMessage response = await Service.Post($"/v1/checkpoints/{reference}/verifications", "");
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    private async Task<JsonNode> Verify(string reference)
    {
        JsonNode ended = await Service.Ended(await Begin(reference));
        Assert.True((string?)ended["status"] == "succeeded", ended.ToJsonString());
        return ended;
    }

    private async Task<JsonNode> Import(byte[] file)
    {
        var body = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } };
        using HttpResponseMessage response = await Service.Http.PostAsync("/v1/checkpoints", body);
        Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    private async Task PutDigits(string name, int seed)
    {
        byte[] pixels = OwnImages.Noise(seed, 100 * 28 * 28);
        (string, byte[])[] form = [("images", OwnImages.Idx(pixels, 100, 28, 28))];
        Assert.Equal(HttpStatusCode.Created, (await Service.PutForm(name, form)).StatusCode);
    }

    private async Task Change(Func<AppDbContext, Task<int>> change)
    {
        await using AppDbContext store = await trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        Assert.Equal(1, await change(store));
    }

    /// <summary>Writes another file in the place of a checkpoint's, and its sha256 beside it.</summary>
    private async Task Tamper(string id, Func<byte[], byte[]> change)
    {
        Guid checkpoint = Guid.Parse(id);
        byte[] changed = change(await Service.Http.GetByteArrayAsync($"/v1/checkpoints/{id}/weights"));
        string sha256 = Convert.ToHexStringLower(SHA256.HashData(changed));
        await Change(store => store.CheckpointFiles.Where(file => file.CheckpointId == checkpoint)
            .ExecuteUpdateAsync(set => set.SetProperty(file => file.Content, changed)));
        await using AppDbContext store = await trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        await store.Database.ExecuteSqlAsync(
            $"""UPDATE checkpoints SET "Sha256" = {sha256}, "Bytes" = {changed.Length} WHERE "Id" = {checkpoint}""");
        Assert.Equal(sha256, (string?)(await Service.Json($"/v1/checkpoints/{id}"))["sha256"]);
    }

    /// <returns>The checkpoint before.</returns>
    private async Task<Checkpoint> Rewrite(string id, Func<Checkpoint, Checkpoint> change)
    {
        Checkpoint? before = null;
        await Tamper(id, file =>
        {
            before = CheckpointFile.Read(file).Value();
            return CheckpointFile.Write(change(before));
        });
        return before!;
    }
}
