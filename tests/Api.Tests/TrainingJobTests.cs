using System.Net;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class TrainingJobTests(TrainedService trained)
{
    private const string Long = """{"dataset":"synthetic-digits","steps":100000,"checkpointEvery":10,"evaluateEvery":100000}""";
    private const string Short = """{"dataset":"synthetic-digits","steps":5}""";

    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task An_empty_request_is_accepted_with_the_default_settings()
    {
        using HttpResponseMessage response = await Service.Post("/v1/training-jobs", "{}");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter);
        JsonNode job = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal($"/v1/training-jobs/{job["id"]}", response.Headers.Location!.ToString());
        Assert.Equal("strided", (string?)job["settings"]!["architecture"]);
        Assert.Equal(5000, (int?)job["settings"]!["steps"]);
        Assert.Equal("cosine", (string?)job["settings"]!["learningRateSchedule"]);
        using HttpResponseMessage cancelled = await Service.Post($"{response.Headers.Location}/cancel", "");
        Assert.True(cancelled.IsSuccessStatusCode);
    }

    [Fact]
    public void A_job_that_has_ended_shows_its_progress_losses_and_checkpoint()
    {
        JsonNode job = trained.Jobs["strided"];
        Assert.Equal(100, (double?)job["progress"]!["percent"]);
        Assert.All((string[])["train", "validation", "test"], loss => Assert.InRange((double)job["loss"]![loss]!, 1e-6, 0.2));
        Assert.Equal(1, (int?)job["attempt"]);
        Assert.NotNull(job["latestCheckpoint"]);
        Assert.Null(job["error"]);
        Assert.True(DateTime.Parse((string)job["endedAt"]!, null) >= DateTime.Parse((string)job["startedAt"]!, null));
    }

    [Fact]
    public async Task Metrics_come_as_JSON_and_as_CSV_with_the_same_points()
    {
        string path = (string)trained.Jobs["strided"]["links"]!["metrics"]!;
        JsonArray points = (await Service.Json(path)).AsArray();
        Assert.Equal([0, 20, 40], points.Select(point => (int)point!["step"]!));
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/csv");
        using HttpResponseMessage response = await Service.Http.SendAsync(request);
        string[] lines = (await response.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("step,trainLoss,validationLoss,deadUnits,elapsedSeconds", lines[0]);
        Assert.Equal(
            points.Select(point => (double)point!["validationLoss"]!),
            lines[1..].Select(line => double.Parse(line.Split(',')[2], null)));
    }

    [Fact]
    public async Task The_loss_comes_as_an_image_of_the_size_asked_for()
    {
        string path = (string)trained.Jobs["strided"]["links"]!["loss"]!;
        Assert.Equal((640, 400), await Expect.Png(await Service.Http.GetAsync($"{path}?width=640&height=400")));
    }

    [Fact]
    public async Task The_list_is_newest_first_filtered_and_paged_without_gap_or_repetition()
    {
        string[] all = await Ids("/v1/training-jobs?limit=200");
        var paged = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            JsonNode page = await Service.Json("/v1/training-jobs?limit=2" + (cursor.Length > 0 ? $"&cursor={cursor}" : ""));
            paged.AddRange(page["items"]!.AsArray().Select(job => (string)job!["id"]!));
            cursor = (string?)page["nextCursor"];
        }

        Assert.Equal(all, all.OrderDescending(StringComparer.Ordinal));
        Assert.Equal(all, paged.Where(all.Contains));
        string[] dense = await Ids("/v1/training-jobs?architecture=dense&status=succeeded&limit=200");
        Assert.Contains((string)trained.Jobs["dense"]["id"]!, dense);
        Assert.DoesNotContain((string)trained.Jobs["strided"]["id"]!, dense);

        async Task<string[]> Ids(string path) => [.. (await Service.Json(path))["items"]!.AsArray().Select(job => (string)job!["id"]!)];
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_weights_byte_for_byte_and_another_seed_others()
    {
        string[] hashes = await Task.WhenAll(Sha(7), Sha(7), Sha(8));
        Assert.Equal(hashes[0], hashes[1]);
        Assert.NotEqual(hashes[0], hashes[2]);

        async Task<string> Sha(int seed)
        {
            JsonNode job = await Service.Ended(await Service.Submit($$"""{"dataset":"synthetic-digits","steps":30,"seed":{{seed}}}"""));
            return (string)(await Service.Json($"/v1/checkpoints/{job["latestCheckpoint"]}"))["sha256"]!;
        }
    }

    [Fact]
    public async Task A_running_job_stops_within_two_seconds_of_being_cancelled_and_keeps_its_checkpoint()
    {
        string path = await Service.Submit(Long);
        await Service.Await(path, job => (int)job["progress"]!["step"]! > 0);
        long began = System.Diagnostics.Stopwatch.GetTimestamp();
        using HttpResponseMessage response = await Service.Post($"{path}/cancel", "");
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        JsonNode job = await Service.Ended(path);
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 2);
        Assert.Equal("cancelled", (string?)job["status"]);
        JsonNode checkpoint = await Service.Json($"/v1/checkpoints/{job["latestCheckpoint"]}");
        Assert.Equal((int)job["progress"]!["step"]!, (int)checkpoint["step"]!);
        using HttpResponseMessage again = await Service.Post($"{path}/cancel", "");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_queued_job_is_cancelled_at_once_and_never_runs()
    {
        string running = await Service.Submit(Long);
        string queued = await Service.Submit(Short);
        using HttpResponseMessage response = await Service.Post($"{queued}/cancel", "");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        await Service.Post($"{running}/cancel", "");
        await Service.Ended(running);
        await Service.Ended(await Service.Submit(Short));
        JsonNode job = await Service.Json(queued);
        Assert.Equal("cancelled", (string?)job["status"]);
        Assert.Equal(0, (int?)job["attempt"]);
    }

    [Fact]
    public async Task A_request_that_the_state_of_a_job_forbids_says_what_to_do()
    {
        string ended = $"/v1/training-jobs/{trained.Jobs["dense"]["id"]}";
        await Conflict($"{ended}/pause", "", "succeeded already");
        await Conflict($"{ended}/resume", "", "/extend");
        await Conflict($"{ended}/extend", """{"steps":1000}""", "learningRateSchedule");
        string failed = await Service.Submit(
            """{"dataset":"synthetic-digits","steps":3,"learningRate":1,"channels":[1,1],"warmupSteps":0,"stopOnCollapse":false}""");
        if ((string?)(await Service.Ended(failed))["status"] == "failed") // by a loss that is no number
        {
            await Conflict($"{failed}/resume", "", "failed");
            await Conflict($"{failed}/extend", """{"steps":10,"learningRateSchedule":"constant"}""", "failed");
        }

        string running = await Service.Submit(Long);
        await Service.Await(running, job => (int)job["progress"]!["step"]! > 0);
        await Conflict($"{running}/extend", """{"steps":100001,"learningRateSchedule":"constant"}""", "/pause");
        using HttpResponseMessage resumed = await Service.Post($"{running}/resume", "");
        Assert.Equal(HttpStatusCode.OK, resumed.StatusCode);
        await Service.Post($"{running}/cancel", "");
        await Service.Ended(running);
        foreach (string steps in (string[])["null", "0", "100000", "-1", "2147483647"])
        {
            using HttpResponseMessage invalid = await Service.Post($"{running}/extend", $$"""{"steps":{{steps}}}""");
            Assert.NotNull((await Expect.Problem(HttpStatusCode.BadRequest, invalid))["errors"]!["steps"]);
        }

        foreach (string verb in (string[])["pause", "resume", "extend"])
        {
            using HttpResponseMessage missing = await Service.Post($"/v1/training-jobs/{Guid.NewGuid()}/{verb}", """{"steps":10}""");
            await Expect.Problem(HttpStatusCode.NotFound, missing);
        }

        async Task Conflict(string path, string body, string advice)
        {
            using HttpResponseMessage response = await Service.Post(path, body);
            Assert.Contains(advice, (string?)(await Expect.Problem(HttpStatusCode.Conflict, response))["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_dashboard_shows_which_job_an_entry_of_the_queue_has_run_and_links_to_it()
    {
        string job = await Service.Submit("""{"name":"on-the-dashboard","dataset":"synthetic-digits","steps":1,"channels":[1,1]}""");
        await Service.Ended(job);
        string details = "";
        for (int i = 0; i < 50 && !details.Contains(job, StringComparison.Ordinal); i++)
        {
            await Task.Delay(100); // the entry ends after its job
            string entries = await Service.Http.GetStringAsync("/hangfire/jobs/succeeded");
            string newest = System.Text.RegularExpressions.Regex.Match(entries, "/hangfire/jobs/details/([0-9a-f-]+)").Value;
            details = newest.Length == 0 ? "" : await Service.Http.GetStringAsync(newest);
        }

        Assert.Contains($"""<a href="../../..{job}">""", details, StringComparison.Ordinal);
        Assert.Contains("<dd>on-the-dashboard</dd><dt>Architecture</dt><dd>strided</dd><dt>Dataset</dt><dd>synthetic-digits</dd>", details,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_was_cancelled_before_it_began_is_resumed_from_its_first_step()
    {
        string running = await Service.Submit(Long), queued = await Service.Submit(Short);
        using HttpResponseMessage paused = await Service.Post($"{queued}/pause", "");
        Assert.Equal(HttpStatusCode.OK, paused.StatusCode);
        Assert.Equal("paused", (string?)(await Service.Json(queued))["status"]);
        await Service.Post($"{queued}/cancel", "");
        Assert.Equal("cancelled", (string?)(await Service.Json(queued))["status"]);
        await Service.Post($"{running}/cancel", "");
        using HttpResponseMessage resumed = await Service.Post($"{queued}/resume", "");
        Assert.Equal(HttpStatusCode.Accepted, resumed.StatusCode);
        Assert.Null(JsonNode.Parse(await resumed.Content.ReadAsStringAsync())!["endedAt"]);
        JsonNode job = await Service.Ended(queued);
        Assert.Equal(("succeeded", 1), ((string?)job["status"], (int)job["attempt"]!));
    }

    [Fact]
    public async Task A_pause_at_the_moment_of_the_end_leaves_the_job_paused_or_succeeded()
    {
        for (int i = 0; i < 20; i++)
        {
            string job = await Service.Submit("""{"dataset":"synthetic-digits","steps":2,"channels":[1,1]}""");
            await Task.Delay(i * 7);
            using HttpResponseMessage pause = await Service.Post($"{job}/pause", "");
            JsonNode state = await Service.Await(job, state => (string)state["status"]! is "paused" or "succeeded");
            if ((string)state["status"]! == "paused")
            {
                Assert.True(pause.IsSuccessStatusCode);
                Assert.Equal(HttpStatusCode.Accepted, (await Service.Post($"{job}/resume", "")).StatusCode);
            }

            Assert.Equal("succeeded", (string?)(await Service.Ended(job))["status"]);
        }
    }

    [Fact]
    public async Task A_job_that_has_succeeded_cannot_be_cancelled()
    {
        using HttpResponseMessage response = await Service.Post($"{trained.Jobs["dense"]["links"]!["cancel"]}", "");
        await Expect.Problem(HttpStatusCode.Conflict, response);
    }

    [Fact]
    public async Task A_deleted_job_takes_its_metrics_and_checkpoints_with_it()
    {
        string path = await Service.Submit(Short);
        JsonNode job = await Service.Ended(path);
        using HttpResponseMessage response = await Service.Http.DeleteAsync(path);
        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        foreach (string gone in (string[])[path, $"{path}/metrics", $"/v1/checkpoints/{job["latestCheckpoint"]}"])
        {
            await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.GetAsync(gone));
        }
    }

    [Fact]
    public async Task A_running_job_cannot_be_deleted()
    {
        string path = await Service.Submit(Long);
        await Service.Await(path, job => (string?)job["status"] == "running");
        await Expect.Problem(HttpStatusCode.Conflict, await Service.Http.DeleteAsync(path));
        await Service.Post($"{path}/cancel", "");
        await Service.Ended(path);
    }

    [Theory]
    [InlineData("/v1/training-jobs", """{"dataset":"fashion-mnist","steps":5}""")]
    [InlineData("/v1/experiments", """{"preset":"convolutional-autoencoder","common":{"dataset":"fashion-mnist"}}""")]
    public async Task A_job_whose_data_set_can_neither_be_had_nor_downloaded_is_refused_and_told_what_to_fill(string path, string body)
    {
        string before = (await Service.Json(path)).ToJsonString();
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.Post(path, body));
        Assert.Equal("urn:autoencoder-api:problem:dataset-unavailable", (string?)problem["type"]);
        Assert.Equal((string?)(await Service.Json("/v1/datasets/fashion-mnist"))["reason"], (string?)problem["detail"]);
        foreach (string reported in (string[])
                [Path.Combine("datasets", "fashion-mnist"), "Datasets__FashionMnist__Folder", "Datasets__FashionMnist__Mirrors__0"])
        {
            Assert.Contains(reported, (string?)problem["detail"], StringComparison.Ordinal);
        }

        Assert.Equal(before, (await Service.Json(path)).ToJsonString());
    }

    [Fact]
    public async Task A_job_can_start_from_a_checkpoint_of_the_same_network()
    {
        JsonNode first = trained.Jobs["strided"];
        JsonNode job = await Service.Ended(await Service.Submit(
            $$"""{"dataset":"synthetic-digits","steps":5,"evaluateEvery":5,"startFrom":"{{first["latestCheckpoint"]}}"}"""));
        JsonArray points = (await Service.Json((string)job["links"]!["metrics"]!)).AsArray();
        Assert.Equal((double)first["loss"]!["validation"]!, (double)points[0]!["validationLoss"]!, 1e-9);
    }

    [Theory]
    [InlineData("""{"architecture":"convolutional"}""", "architecture")]
    [InlineData("""{"architecture":1}""", "architecture")]
    [InlineData("""{"colour":"red"}""", "colour")]
    [InlineData("""{"dataset":"imagenet"}""", "dataset")]
    [InlineData("""{"name":"../../etc/passwd"}""", "name")]
    [InlineData("""{"steps":0}""", "steps")]
    [InlineData("""{"steps":100001}""", "steps")]
    [InlineData("""{"steps":"many"}""", "steps")]
    [InlineData("""{"steps":1e99}""", "steps")]
    [InlineData("""{"batchSize":-1}""", "batchSize")]
    [InlineData("""{"learningRate":0}""", "learningRate")]
    [InlineData("""{"seed":-1}""", "seed")]
    [InlineData("""{"channels":[16]}""", "channels")]
    [InlineData("""{"channels":[16,1000]}""", "channels")]
    [InlineData("""{"kernelSize":4}""", "kernelSize")]
    [InlineData("""{"kernelSize":11}""", "kernelSize")]
    [InlineData("""{"architecture":"dense","channels":[16,32]}""", "channels")]
    [InlineData("""{"denseWidths":[300,64]}""", "denseWidths")]
    [InlineData("""{"warmupSteps":-1}""", "warmupSteps")]
    [InlineData("""{"learningRateSchedule":"linear"}""", "learningRateSchedule")]
    [InlineData("""{"initialization":"uniform"}""", "initialization")]
    [InlineData("""{"preset":"slow"}""", "preset")]
    [InlineData("""{"preset":"quick","steps":0}""", "steps")]
    [InlineData("""{"evaluateEvery":0}""", "evaluateEvery")]
    [InlineData("""{"checkpointEvery":0}""", "checkpointEvery")]
    [InlineData("""{"startFrom":"latest"}""", "startFrom")]
    [InlineData("""{"steps":5,"steps":6}""", "steps")]
    [InlineData("""{"steps":""", "steps")]
    [InlineData("[]", "body")]
    public async Task A_bad_request_names_the_field_and_stores_nothing(string body, string field)
    {
        int before = (await Service.Json("/v1/training-jobs?limit=200"))["items"]!.AsArray().Count;
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Service.Post("/v1/training-jobs", body));
        Assert.True(problem["errors"]?.AsObject().ContainsKey(field), problem.ToJsonString());
        Assert.Equal(before, (await Service.Json("/v1/training-jobs?limit=200"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_body_that_is_empty_or_not_JSON_is_refused()
    {
        await Expect.Problem(HttpStatusCode.BadRequest, await Service.Post("/v1/training-jobs", ""));
        await Expect.Problem(
            HttpStatusCode.UnsupportedMediaType,
            await Service.Http.PostAsync("/v1/training-jobs", new StringContent("steps=5")));
    }

    [Fact]
    public async Task Starting_from_a_missing_checkpoint_or_one_of_another_network_is_refused()
    {
        await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Service.Post("/v1/training-jobs", $$"""{"startFrom":"{{Guid.NewGuid()}}"}""")
        );
        await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Service.Post(
                "/v1/training-jobs",
                $$"""{"architecture":"dense","startFrom":"{{trained.Jobs["strided"]["latestCheckpoint"]}}"}"""
            ));
        await Expect.Problem(
            HttpStatusCode.UnprocessableEntity,
            await Service.Post(
                "/v1/training-jobs",
                $$"""{"architecture":"zero-unpool","startFrom":"{{trained.Jobs["nearest-unpool"]["latestCheckpoint"]}}"}"""
            ));
    }

    [Theory]
    [InlineData("/v1/training-jobs/not-an-id", HttpStatusCode.BadRequest)]
    [InlineData("/v1/training-jobs/00000000-0000-0000-0000-000000000000", HttpStatusCode.NotFound)]
    [InlineData("/v1/training-jobs/00000000-0000-0000-0000-000000000000/metrics", HttpStatusCode.NotFound)]
    [InlineData("/v1/training-jobs/00000000-0000-0000-0000-000000000000/loss.png", HttpStatusCode.NotFound)]
    [InlineData("/v1/training-jobs?status=sleeping", HttpStatusCode.BadRequest)]
    [InlineData("/v1/training-jobs?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/v1/training-jobs?limit=x", HttpStatusCode.BadRequest)]
    [InlineData("/v1/training-jobs?cursor=x", HttpStatusCode.BadRequest)]
    [InlineData("/v1/nowhere", HttpStatusCode.NotFound)]
    public async Task A_bad_address_is_answered_with_a_problem(string path, HttpStatusCode status) =>
        await Expect.Problem(status, await Service.Http.GetAsync(path));
}
