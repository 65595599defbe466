using System.Runtime.Serialization;
using ApiSdk;
using ApiSdk.Models;
using ApiSdk.V1.Checkpoints.Item;
using Clients;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

string name = args[1];
using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = args[0] };
var client = new ApiClient(adapter);
var jobs = new List<TrainingJobResponse>();
var experiment = new List<Guid>();
await Steps.RunAsync(
    ("submit", SubmitAsync),
    ("dense", async () =>
    {
        TrainingJobRequest request = Request();
        (request.Architecture, request.DenseWidths) = (Architecture.Dense, [20, 10]);
        jobs.Add((await client.V1.TrainingJobs.PostAsync(request))!);
        return Steps.Join(jobs[^1].Settings!.DenseWidths!);
    }),
    ("kernelSize", () => Task.FromResult(Steps.Join(jobs.Take(4).Select(job => job.Settings!.KernelSize)))),
    ("experiment", ExperimentAsync),
    ("poll", PollAsync),
    ("list", async () =>
    {
        TrainingJobResponsePage? page = await client.V1.TrainingJobs.GetAsync(
            request => (request.QueryParameters.Name, request.QueryParameters.Limit) = (name, 50));
        return $"{page!.Items!.Count}";
    }),
    ("checkpoint", async () =>
    {
        CheckpointResponse checkpoint = (await Checkpoint().GetAsync())!;
        return $"{Name(checkpoint.Architecture)} {checkpoint.Step} {checkpoint.Layers!.Count}";
    }),
    ("upload", UploadAsync),
    ("tiles", async () => await Steps.HeadAsync((await Checkpoint().Layers["code"].TilesPng.GetAsync(request =>
    {
        (request.QueryParameters.Dataset, request.QueryParameters.Index, request.QueryParameters.Count) = (Steps.Dataset, 3, "all");
        (request.QueryParameters.Scale, request.QueryParameters.Gap) = (1, 0);
    }))!)),
    ("problem", async () =>
    {
        ProblemDetails missing = await ProblemAsync(client.V1.Checkpoints["missing"].GetAsync());
        ProblemDetails refused = await ProblemAsync(client.V1.TrainingJobs.PostAsync(new TrainingJobRequest { Steps = 0 }));
        return $"{missing.Status},{missing.Type},{refused.Type},{Steps.Join(refused.Errors!.AdditionalData.Keys)}";
    }));

async Task<string> SubmitAsync()
{
    foreach (Architecture architecture in Enum.GetValues<Architecture>().Where(each => each != Architecture.Dense))
    {
        TrainingJobRequest request = Request();
        (request.Architecture, request.Channels, request.KernelSize) = (architecture, [2, 3], 3);
        jobs.Add((await client.V1.TrainingJobs.PostAsync(request))!);
    }

    return Steps.Join(jobs.Select(job => Name(job.Settings!.Architecture)));
}

async Task<string> ExperimentAsync()
{
    TrainingJobRequest common = Request();
    common.KernelSize = 3;
    ExperimentResponse? made = await client.V1.Experiments.PostAsync(
        new ExperimentRequest { Common = common, Jobs = [new TrainingJobRequest { Channels = [1, 2] }] });
    experiment.AddRange(made!.Jobs!.Select(job => job.Id!.Value));
    return $"{made.Jobs!.Count}";
}

async Task<string> PollAsync()
{
    for (int i = 0; i < jobs.Count; i++)
    {
        jobs[i] = await EndedAsync(jobs[i].Id!.Value);
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
        TrainingJobResponse job = (await client.V1.TrainingJobs[id].GetAsync())!;
        if (job.Status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled)
        {
            return job;
        }

        await Task.Delay(50);
    }
}

async Task<string> UploadAsync()
{
    Stream image = (await client.V1.Datasets[Steps.Dataset]["train"].WithIndexPng(3).GetAsync())!;
    var form = new MultipartBody();
    form.AddOrReplacePart("image", "image/png", image);
    return await Steps.HeadAsync((await Checkpoint().ReconstructionPng.PostAsync(form, request => request.QueryParameters.Scale = 2))!);
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

WithReferenceItemRequestBuilder Checkpoint() => client.V1.Checkpoints[$"{jobs[0].LatestCheckpoint}"];

static async Task<ProblemDetails> ProblemAsync(Task request)
{
    try
    {
        await request;
    }
    catch (ProblemDetails e)
    {
        return e;
    }

    throw new InvalidOperationException("no problem");
}

static string Name<T>(T? value)
    where T : struct, Enum =>
    typeof(T).GetField($"{value}")!.GetCustomAttributes(false).OfType<EnumMemberAttribute>().First().Value!;
