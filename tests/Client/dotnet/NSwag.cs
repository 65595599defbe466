using System.Runtime.Serialization;
using Clients;
using MyNamespace;

using var http = new HttpClient { BaseAddress = new Uri(args[0]) };
string name = args[1];
var client = new Client(http);
var jobs = new List<TrainingJobResponse>();
var experiment = new List<Guid>();
await Steps.RunAsync(
    ("submit", SubmitAsync),
    ("dense", async () =>
    {
        TrainingJobRequest request = Request();
        (request.Architecture, request.DenseWidths) = (Architecture.Dense, [20, 10]);
        jobs.Add(await client.CreateTrainingJobAsync(null, request));
        return Steps.Join(jobs[^1].Settings.DenseWidths);
    }),
    ("kernelSize", () => Task.FromResult(Steps.Join(jobs.Take(4).Select(job => (int)job.Settings.KernelSize)))),
    ("experiment", ExperimentAsync),
    ("poll", PollAsync),
    ("list", async () => $"{(await client.ListTrainingJobsAsync(null, null, name, null, null, 50, null, null)).Items.Count}"),
    ("checkpoint", async () =>
    {
        CheckpointResponse checkpoint = await client.GetCheckpointAsync(Reference(), null);
        return $"{Name(checkpoint.Architecture)} {checkpoint.Step} {checkpoint.Layers.Count}";
    }),
    ("upload", UploadAsync),
    ("tiles", async () =>
    {
        using FileResponse tiles = await client.DrawTilesFromDatasetPngAsync(
            Reference(), "code", "all", null, null, scale: 1, gap: 0, null, null, Steps.Dataset, null, index: 3, null);
        return await Steps.HeadAsync(tiles.Stream);
    }),
    ("problem", async () =>
    {
        ProblemDetails missing = await ProblemAsync(client.GetCheckpointAsync("missing", null));
        ProblemDetails refused = await ProblemAsync(client.CreateTrainingJobAsync(null, new TrainingJobRequest { Steps = 0 }));
        return $"{missing.Status},{missing.Type},{refused.Type},{Steps.Join(refused.Errors.Keys)}";
    }));

async Task<string> SubmitAsync()
{
    foreach (Architecture architecture in Enum.GetValues<Architecture>().Where(each => each != Architecture.Dense))
    {
        TrainingJobRequest request = Request();
        (request.Architecture, request.Channels, request.KernelSize) = (architecture, [2, 3], TrainingJobRequestKernelSize._3);
        jobs.Add(await client.CreateTrainingJobAsync(null, request));
    }

    return Steps.Join(jobs.Select(job => Name(job.Settings.Architecture)));
}

async Task<string> ExperimentAsync()
{
    TrainingJobRequest common = Request();
    common.KernelSize = TrainingJobRequestKernelSize._3;
    ExperimentResponse made = await client.CreateExperimentAsync(
        null, new ExperimentRequest { Common = common, Jobs = [new TrainingJobRequest { Channels = [1, 2] }] });
    experiment.AddRange(made.Jobs.Select(job => job.Id));
    return $"{made.Jobs.Count}";
}

async Task<string> PollAsync()
{
    for (int i = 0; i < jobs.Count; i++)
    {
        jobs[i] = await EndedAsync(jobs[i].Id);
    }

    foreach (Guid id in experiment)
    {
        await EndedAsync(id);
    }

    return Steps.Join(jobs.Select(job => Name(job.Status)));
}

async Task<TrainingJobResponse> EndedAsync(Guid id)
{
    while (true)
    {
        TrainingJobResponse job = await client.GetTrainingJobAsync(id, null, null);
        if (job.Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled)
        {
            return job;
        }

        await Task.Delay(50);
    }
}

async Task<string> UploadAsync()
{
    using FileResponse image = await client.GetDatasetPictureAsync(Steps.Dataset, default, 3, null, null);
    using FileResponse reconstruction = await client.ReconstructUploadPngAsync(
        Reference(), null, null, null, null, null, scale: 2, null, null, null, new FileParameter(image.Stream));
    return await Steps.HeadAsync(reconstruction.Stream);
}

TrainingJobRequest Request() => new()
{
    Name = name,
    Dataset = Steps.Dataset,
    Steps = 2,
    BatchSize = 8,
    WarmupSteps = 1,
    EvaluateEvery = 2,
    CheckpointEvery = 2,
};

string Reference() => $"{jobs[0].LatestCheckpoint}";

static async Task<ProblemDetails> ProblemAsync(Task request)
{
    try
    {
        await request;
    }
    catch (ApiException<ProblemDetails> e)
    {
        return e.Result;
    }

    throw new InvalidOperationException("no problem");
}

static string Name<T>(T value)
    where T : struct, Enum =>
    typeof(T).GetField($"{value}")!.GetCustomAttributes(false).OfType<EnumMemberAttribute>().First().Value!;
