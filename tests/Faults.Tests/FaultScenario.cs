using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Faults.Tests;

/// <summary>
/// One store, the processes on it, and a client that goes on asking through every crash. A scenario starts and kills, submits,
/// and at the end lets <see cref="ScenarioVerifier"/> look at what has become of its jobs.
/// </summary>
internal sealed class FaultScenario(string name, Store store) : IAsyncDisposable
{
    private const string Jobs = "/v1/training-jobs";
    private const string Evaluations = "/v1/evaluations";
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(3);

    private readonly List<ServiceNode> _nodes = [];
    private readonly List<string> _accepted = [];
    private volatile ServiceNode? _api;
    private int _faults;

    public Store Store => store;

    public FaultScenarioLog Log { get; } = new(name);

    public Attempts Attempts { get; } = new();

    public int Faults => _faults;

    public IReadOnlyList<string> Accepted
    {
        get
        {
            lock (_accepted)
            {
                return [.. _accepted];
            }
        }
    }

    /// <summary>Starts a process; unless it is a worker, clients are sent to it from now on.</summary>
    /// <param name="plan">When it is to end.</param>
    /// <param name="clock">What its clock is off by.</param>
    public ServiceNode Start(string role = "all", CrashPlan? plan = null, WrongClock? clock = null)
    {
        ServiceNode node = new ServiceNode(
            $"{role}-{_nodes.Count}",
            [
                .. store.Settings,
                new("Role", role),
                new("Training__Threads", "1"),
                new("Datasets__Mnist__Folder", SmallDataset.Folder),
                .. plan?.Settings ?? [],
                .. clock?.Settings ?? [],
            ],
            Log,
            Attempts.Hear);
        _nodes.Add(node);
        _api = role == "worker" ? _api : node;
        return node;
    }

    public Task KillAsync(ServiceNode node) => EndAsync(node, "KILL");

    /// <param name="signal"><c>KILL</c> or <c>TERM</c>.</param>
    public async Task EndAsync(ServiceNode node, string signal)
    {
        CountFault();
        await node.EndAsync(signal);
    }

    /// <summary>Waits until the process has ended at its fault point.</summary>
    public async Task AwaitDeathAsync(ServiceNode node, Crash crash)
    {
        CountFault();
        try
        {
            await node.Died.WaitAsync(s_timeout);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"No job passed {crash.FaultPoint} {crash.Nth} times. Log: {Log.Path}");
        }
    }

    public void CountFault() => Interlocked.Increment(ref _faults);

    /// <summary>Submits a job as a careful client does: again with the same key until it is accepted.</summary>
    /// <returns>The job's path.</returns>
    public async Task<string> SubmitAsync(JobKind kind)
    {
        string job = await CreateAsync(Jobs, kind.Body);
        Log.Write("client", $"accepted {kind.Name} as {job}");
        lock (_accepted)
        {
            _accepted.Add(job);
        }

        return job;
    }

    /// <summary>Requests the evaluation of a checkpoint as a careful client does: again with the same key until it is accepted.</summary>
    /// <returns>The evaluation's path.</returns>
    public async Task<string> EvaluateAsync(string checkpoint, string split)
    {
        string evaluation = await CreateAsync(Evaluations, $$"""{"checkpoint":"{{checkpoint}}","split":"{{split}}"}""");
        Log.Write("client", $"accepted the evaluation of {checkpoint} on {split} as {evaluation}");
        return evaluation;
    }

    private Task<string> CreateAsync(string path, string body)
    {
        string key = Guid.NewGuid().ToString();
        return UntilAnsweredAsync(
            HttpMethod.Post,
            path,
            response => Task.FromResult(response.StatusCode == HttpStatusCode.Accepted ? response.Headers.Location!.ToString() : null),
            request => Prepare(request, body, key));
    }

    /// <summary>Submits a job once: false where it is accepted, true where the answer is a 503 that says when to come again.</summary>
    public async Task<bool> IsRefusedAsync(JobKind kind)
    {
        using HttpResponseMessage? response = await _api!.AskAsync(HttpMethod.Post, Jobs, request =>
            Prepare(request, kind.Body, Guid.NewGuid().ToString()));
        Assert.True(
            response?.StatusCode is HttpStatusCode.Accepted or HttpStatusCode.ServiceUnavailable,
            $"{response?.StatusCode} Log: {Log.Path}");
        if (response!.StatusCode == HttpStatusCode.Accepted)
        {
            return false;
        }

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.NotNull(response.Headers.RetryAfter);
        return true;
    }

    public Task<JsonNode> JsonAsync(string path) => UntilAnsweredAsync(
        HttpMethod.Get, path, async response => JsonNode.Parse(await response.Content.ReadAsStringAsync())!);

    public Task<byte[]> BytesAsync(string path) => UntilAnsweredAsync(
        HttpMethod.Get, path, async response => await response.Content.ReadAsByteArrayAsync());

    /// <summary>Pauses a job, or cancels it, for a while, and resumes it, as a careful client does; unless it is over.</summary>
    /// <param name="verb"><c>pause</c> or <c>cancel</c>.</param>
    public async Task InterruptAsync(string job, string verb, TimeSpan pause)
    {
        string status = await StatusAfterAsync(job, verb);
        Log.Write("client", $"{verb} of {job}: {status}");
        await Task.Delay(pause);
        while (await AwaitAsync(job, state => (string?)state["status"] is not ("pausing" or "cancelling")) is { } state
            && (string?)state["status"] is "paused" or "cancelled")
        {
            Log.Write("client", $"resume of {job}: {await StatusAfterAsync(job, "resume")}");
        }
    }

    /// <summary>The status that a request leaves, or the one that forbids it.</summary>
    private async Task<string> StatusAfterAsync(string job, string verb) => await UntilAnsweredAsync(
        HttpMethod.Post,
        $"{job}/{verb}",
        async response => response.IsSuccessStatusCode
            ? (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["status"]
            : "a conflict",
        orElse: HttpStatusCode.Conflict);

    /// <summary>Polls a job until <paramref name="until"/> holds; null where that takes over three minutes.</summary>
    public async Task<JsonNode?> AwaitAsync(string job, Func<JsonNode, bool> until)
    {
        using var timeout = new CancellationTokenSource(s_timeout);
        while (!timeout.IsCancellationRequested)
        {
            JsonNode state = await JsonAsync(job);
            if (until(state))
            {
                return state;
            }

            await Task.Delay(100);
        }

        return null;
    }

    public static bool HasEnded(JsonNode job) => (string?)job["status"] is "succeeded" or "failed" or "cancelled";

    public async ValueTask DisposeAsync()
    {
        foreach (ServiceNode node in _nodes)
        {
            await node.DisposeAsync();
        }

        await store.DisposeAsync();
        Log.Dispose();
    }

    private static void Prepare(HttpRequestMessage request, string body, string key)
    {
        request.Headers.Add("Idempotency-Key", key);
        request.Content = new StringContent(body, MediaTypeHeaderValue.Parse("application/json"));
    }

    /// <summary>Asks whichever process serves clients, again while it is dead, starting, or answers 503.</summary>
    /// <param name="orElse">A status that is an answer too.</param>
    private async Task<T> UntilAnsweredAsync<T>(
        HttpMethod method,
        string path,
        Func<HttpResponseMessage, Task<T?>> read,
        Action<HttpRequestMessage>? prepare = null,
        HttpStatusCode orElse = HttpStatusCode.OK)
        where T : class
    {
        using var timeout = new CancellationTokenSource(s_timeout);
        while (!timeout.IsCancellationRequested)
        {
            using HttpResponseMessage? response = _api is { } api ? await api.AskAsync(method, path, prepare) : null;
            if (response is not null && (response.IsSuccessStatusCode || response.StatusCode == orElse)
                && await read(response) is { } answer)
            {
                return answer;
            }

            if (response is { StatusCode: not HttpStatusCode.ServiceUnavailable })
            {
                Assert.Fail($"{method} {path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()} Log: {Log.Path}");
            }

            await Task.Delay(50);
        }

        throw new TimeoutException($"{method} {path} had no answer in three minutes. Log: {Log.Path}");
    }
}
