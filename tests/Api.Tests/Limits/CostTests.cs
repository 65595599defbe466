using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tests.Access;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Runs;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Tests.Limits;

/// <summary>What a job costs is known, and bounded, before it is taken.</summary>
[Collection(TrainedCollection.Name)]
public sealed class CostTests(TrainedService trained)
{
    private static readonly JobLimits s_bounds = new(Options.Create(new LimitsOptions()));

    public static TheoryData<Architecture> Architectures => [.. Enum.GetValues<Architecture>()];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void The_articles_own_runs_are_within_the_bounds_with_room_to_spare(Architecture architecture)
    {
        foreach (string dataset in BuiltInDatasets.Names)
        {
            TrainingSettings settings = TrainingSettings.For(architecture, dataset);
            Assert.Empty(s_bounds.Violations(Filmed(settings), BuiltInDatasets.SizeOf(dataset)));
            Assert.Empty(
                s_bounds.Violations(
                    Filmed(settings with
                    {
                        Steps = 20_000,
                        CheckpointEvery = 100,
                        EvaluateEvery = 100,
                    }),
                    BuiltInDatasets.SizeOf(dataset)));
            Assert.InRange(ComputeCost.Of(settings, BuiltInDatasets.SizeOf(dataset)).Teraflop, 0.1, 25);
        }
    }

    [Fact]
    public void The_default_job_costs_what_the_documents_say()
    {
        TrainingSettings settings = TrainingSettings.For(Architecture.Strided, "mnist"),
            dense = TrainingSettings.For(Architecture.Dense, "mnist");
        Assert.Equal(2.9, ComputeCost.Of(settings, BuiltInDatasets.SizeOf("mnist")).Teraflop, 1);
        Assert.Equal(0.0057, 1e-9 * StorageCost.Of(settings, film: true).Bytes, 4);
        Assert.Equal(0.0033, 1e-9 * StorageCost.Of(settings, film: false).Bytes, 4);
        Assert.Equal(0.061, 1e-9 * StorageCost.Of(dense, film: false).Bytes, 3);
    }

    [Fact]
    public void Evaluations_count_as_much_as_training()
    {
        TrainingSettings settings = Large() with
        {
            Steps = 20_000,
            BatchSize = 1,
            EvaluateEvery = 20_000,
            WarmupSteps = 0,
            CheckpointEvery = 100_000,
        };
        var dataset = new DatasetSize(TensorShape.Of(settings.ImageShape), Validation: 6_400, Test: 800);
        ComputeCost rare = ComputeCost.Of(settings, dataset), each = ComputeCost.Of(settings with { EvaluateEvery = 1 }, dataset);
        double image = 1e-12 * NetworkDefinition.For(settings).TrainingFlop;
        Assert.Equal(20_000 * image, rare.Training, 1e-9 * rare.Training);
        Assert.Equal(((2 * 6_400) + 800) * image / 3, rare.Evaluation, 1e-9 * rare.Evaluation);
        Assert.Equal(((20_001 * 6_400) + 800) * image / 3, each.Evaluation, 1e-9 * each.Evaluation);
        (string field, string rule) = Assert.Single(s_bounds.Violations(Filmed(settings with { EvaluateEvery = 1 }), dataset));
        Assert.Equal("evaluateEvery", field);
        Assert.Contains($"{each.Evaluation:G4} of 20001 evaluations on 6400 images", rule, StringComparison.Ordinal);
        Assert.Contains("at most 1000 are taken here (Limits:JobTeraflop)", rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Trial_draws_count_as_the_steps_that_they_may_take()
    {
        TrainingSettings settings = Large() with { Steps = 300, BatchSize = 60, WarmupSteps = 1 };
        var dataset = new DatasetSize(TensorShape.Of(settings.ImageShape), Validation: 1, Test: 1);
        ComputeCost cost = ComputeCost.Of(settings, dataset);
        Assert.Equal(8 * cost.Training, cost.Trials, 1e-9 * cost.Trials);
        Assert.Equal(0, ComputeCost.Of(settings with { WarmupSteps = 0 }, dataset).Trials);
        JobLimits bounds = new JobLimits(Options.Create(new LimitsOptions { JobTeraflop = 2 * cost.Training }));
        Assert.Equal("steps", Assert.Single(bounds.Violations(Filmed(settings), dataset)).Key);
        Assert.Empty(bounds.Violations(Filmed(settings with { WarmupSteps = 0 }), dataset));
    }

    [Fact]
    public async Task What_a_job_stores_is_what_was_expected_of_it()
    {
        foreach (JsonNode job in trained.Jobs.Values)
        {
            TrainingSettings settings = job["settings"].Deserialize<TrainingSettings>(JsonConventions.Json)!;
            bool film = (bool)job["film"]!;
            Assert.Equal(settings.Architecture != Architecture.Dense, film);
            StorageCost expected = StorageCost.Of(settings, film);
            JsonArray checkpoints = (await trained.Service.Json((string)job["links"]!["checkpoints"]!))["items"]!.AsArray();
            Assert.Equal(expected.Checkpoints, checkpoints.Count);
            Assert.All(checkpoints, checkpoint =>
                Assert.InRange((long)checkpoint!["bytes"]!, expected.CheckpointBytes - 6_144, expected.CheckpointBytes - 1_024));
            JsonArray frames = (await trained.Service.Json((string)job["links"]!["film"]!))["frames"]!.AsArray();
            long bytes = frames.Sum(frame => (long)frame!["bytes"]!);
            Assert.InRange(bytes, expected.FilmBytes - (6_144 * frames.Count), Math.Max(0, expected.FilmBytes - (1_024 * frames.Count)));
            Assert.Equal(
                ComputeCost.EvaluationsOf(settings),
                (await trained.Service.Json((string)job["links"]!["metrics"]!)).AsArray().Count);
        }
    }

    [Theory]
    [InlineData(
        "/v1/training-jobs",
        """{"steps":100000,"checkpointEvery":1,"dataset":"synthetic-digits"}""",
        "checkpointEvery",
        "(Limits:JobGigabytes)"
    )]
    [InlineData(
        "/v1/training-jobs",
        """{"architecture":"switch-unpool","steps":100000,"batchSize":1,"evaluateEvery":1,"dataset":"synthetic-digits"}""",
        "evaluateEvery",
        "(Limits:JobTeraflop)"
    )]
    [InlineData(
        "/v1/experiments",
        """
            {"jobs":[{"dataset":"synthetic-digits"},
            {"architecture":"dense","steps":20000,"checkpointEvery":10,"dataset":"synthetic-digits"}]}
            """,
        "jobs[1].checkpointEvery",
        "(Limits:JobGigabytes)"
    )]
    [InlineData(
        "/v1/experiments",
        """{"grid":{"seed":[1,2]},"common":{"steps":100000,"checkpointEvery":1,"dataset":"synthetic-digits"}}""",
        "grid[0].checkpointEvery",
        "(Limits:JobGigabytes)"
    )]
    public async Task A_job_that_would_cost_too_much_is_refused_with_the_number(string path, string body, string field, string limit)
    {
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await trained.Service.Post(path, body));
        Assert.Contains(limit, (string?)problem["errors"]![field]![0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_events_that_wait_for_a_reader_are_no_larger_than_the_batches_are_reckoned_by()
    {
        TrainingSettings settings = Large() with
        {
            Dataset = new string('d', 64),
            Steps = 100_000,
            BatchSize = 1_000,
            Seed = int.MaxValue,
            LearningRate = 0.012345678901234567,
            WarmupSteps = 100_000,
            CheckpointEvery = 100_000,
            EvaluateEvery = 100_000,
            DenseWidths = [1_568, 1_568],
            Noise = new Noise { Kind = NoiseKind.SaltAndPepper, Amount = 0.12345678901234567 },
            StartFrom = Guid.NewGuid(),
            LearningRateSchedule = LearningRateSchedule.Constant,
        };
        const double Long = -1.2345678901234567e-300;
        var checkpoint = new CheckpointRow
        {
            Id = Guid.NewGuid(),
            JobId = Guid.NewGuid(),
            Name = new string('n', 64),
            Architecture = settings.Architecture,
            Settings = settings,
            Step = 100_000,
            Losses = new Losses(Long, Long, Long),
            Bytes = int.MaxValue,
            Sha256 = new string('f', 64),
            CreatedAt = DateTime.UtcNow,
        };
        var progress = new ProgressEvent(
            Guid.NewGuid(),
            JobStatus.Cancelling,
            new JobProgress(100_000, 100_000, 99.99, Long, Long),
            new MetricPoint(100_000, Long, Long, Long, Long));
        Assert.InRange(
            JsonSerializer.SerializeToUtf8Bytes(CheckpointResponse.Of(checkpoint), JsonConventions.Json).Length,
            1_000,
            JobEvents.MaxCheckpointBytes);
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(progress, JsonConventions.Json).Length, 300, JobEvents.MaxPointBytes);
    }

    [Fact]
    public async Task Checkpoints_that_wait_for_the_store_hold_training_up_once_they_are_too_many_bytes()
    {
        using var events = new RunEvents(maxBytes: 1_000_000);
        TrainingEvent[] reports =
        [
            Checkpoint(300_000),
            Checkpoint(300_000),
            new TrainingEvent.Warned(1, ""),
            Checkpoint(300_000),
            Checkpoint(9_000_000),
            Checkpoint(300_000),
        ];
        int written = 0;
        Task training = Task.Run(() =>
        {
            foreach (TrainingEvent report in reports)
            {
                events.Write(report, CancellationToken.None);
                Interlocked.Increment(ref written);
            }

            events.Complete(fault: null);
        });
        var read = new List<TrainingEvent>();
        int[] ahead = [4, 4, 4, 4, 5, 6]; // written once so many are read, the one just read being stored
        await foreach (TrainingEvent report in events.ReadAllAsync(CancellationToken.None))
        {
            read.Add(report);
            await WrittenAreAsync(ahead[read.Count - 1]);
        }

        await training;
        Assert.Equal(reports, read);

        async Task WrittenAreAsync(int expected)
        {
            for (int i = 0; i < 200 && Volatile.Read(ref written) < expected; i++)
            {
                await Task.Delay(10);
            }

            await Task.Delay(50);
            Assert.Equal(expected, Volatile.Read(ref written));
        }

        static TrainingEvent.Checkpointed Checkpoint(int bytes) =>
            new(1, Trainer.CreateInitialState(Large(), threads: 1, new float[bytes / sizeof(float)]));
    }

    private static PlannedJob Filmed(TrainingSettings settings) => new(Name: null, settings, Film: true);

    private static TrainingSettings Large() =>
        TrainingSettings.For(Architecture.SwitchUnpool, "own") with
        {
            ImageShape = [1, 128, 128],
            Channels = [64, 64],
            KernelSize = 9,
        };
}

/// <summary>Bounds on what is stored, in a service of their own.</summary>
[StartsProcesses]
public sealed class StorageBoundTests : IDisposable
{
    // 4 checkpoints of 0.32 MB
    private const string Job = """{"dataset":"synthetic-digits","steps":4000,"checkpointEvery":1000,"warmupSteps":100,"film":false}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_key_stores_no_more_than_its_share_and_imports_no_more_than_theirs()
    {
        string one = ApiKey.Create(), other = ApiKey.Create();
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            [
                .. KeyedService.Settings(0, one, Role.Operator), .. KeyedService.Settings(1, other, Role.Operator),
                ("Limits__StoredGigabytesPerKey", "0.004"), ("Limits__ImportedGigabytes", "0.001"),
            ]);
        var made = new List<string>();
        HttpResponseMessage last;
        while ((last = await Post("/v1/training-jobs", Job, one)).StatusCode == HttpStatusCode.Accepted)
        {
            made.Add(last.Headers.Location!.ToString());
        }

        Assert.Equal(3, made.Count); // of 1.3 MB each
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, last);
        Assert.Contains("0.004 GB (Limits:StoredGigabytesPerKey)", (string?)problem["detail"], StringComparison.Ordinal);
        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Post("/v1/experiments", $$"""{"jobs":[{{Job}}]}""", one));

        using HttpResponseMessage others = await Post("/v1/training-jobs", """{"dataset":"synthetic-digits","steps":1}""", other);
        Assert.Equal(HttpStatusCode.Accepted, others.StatusCode);
        foreach (string job in made)
        {
            await Post($"{job}/cancel", "", one); // what it has not written counts no more
        }

        service.Client.Http.DefaultRequestHeaders.Add("X-API-Key", one);
        await service.Client.Ended(made[0]);
        Assert.Equal(HttpStatusCode.Accepted, (await Post("/v1/training-jobs", Job, one)).StatusCode);

        JsonNode ended = await service.Client.Ended(others.Headers.Location!.ToString());
        byte[] file = await service.Client.Http.GetByteArrayAsync($"/v1/checkpoints/{ended["latestCheckpoint"]}/weights");
        for (int imported = 0; imported < 3; imported++)
        {
            Assert.Equal(HttpStatusCode.Created, (await Import(file)).StatusCode);
        }

        problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Import(file));
        Assert.Contains("0.001 GB together (Limits:ImportedGigabytes)", (string?)problem["detail"], StringComparison.Ordinal);

        Task<HttpResponseMessage> Import(byte[] file) =>
            service.Client.Http.PostAsync(
                "/v1/checkpoints",
                new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });

        Task<HttpResponseMessage> Post(string path, string body, string key)
        {
            HttpRequestMessage request = KeyedService.Request(HttpMethod.Post, path, key);
            request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
            return service.Client.Http.SendAsync(request);
        }
    }
}
