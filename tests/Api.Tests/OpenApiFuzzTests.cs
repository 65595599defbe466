using System.Collections.Concurrent;
using System.Net;
using AutoencoderApi.Api.Tests.OpenApi;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// Requests made from the OpenAPI document for every operation, valid and mutated, against a service of its own: none may be answered with
/// a fault of the service or with a status or type of problem that the document does not name for the operation, every error is a problem,
/// and every operation succeeds at least once.
/// FUZZ_INPUTS=10000 is the long form, 20,000 requests in all, <c>./test --long fuzz</c>.
/// </summary>
[StartsProcesses]
public sealed class OpenApiFuzzTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const int AtOnce = 4;

    private static readonly int s_requests =
        Math.Max(150, 2 * int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "0", null as IFormatProvider) / 3);

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public async Task No_request_made_from_the_document_is_answered_with_a_fault_and_every_operation_succeeds(int seed, bool onPostgres)
    {
        (string, string)[] bounds =
            [("Limits__Steps", "2"), ("Limits__JobTeraflop", "0.001"), ("Limits__FigurePixels", "2500000"),
                ("Limits__ExperimentJobs", "3"), ("Limits__QueuedJobs", "20"), ("Limits__Datasets", "20"), ("Training__Threads", "1")];
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder, onPostgres ? [.. PostgresServer.Settings(await postgres.NewDatabase()), .. bounds[..^1]] : bounds);
        IReadOnlyList<Operation> operations = await Operation.All(service.Client);
        var maker = new RequestMaker(await FuzzResources.On(service.Client));
        var answers = new ConcurrentDictionary<(string Operation, int Status), int>();
        for (int i = 0; i < operations.Count; i++)
        {
            await Send(i, isPlain: true); // one after another, so that nothing is in their way
        }

        await Parallel.ForEachAsync(Enumerable.Range(operations.Count, s_requests - operations.Count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) => await Send(i, isPlain: false));

        IEnumerable<string> counts = answers.GroupBy(answer => answer.Key.Status).OrderBy(status => status.Key)
            .Select(status => $"{status.Sum(answer => answer.Value)} × {status.Key}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"| seed {seed} on {(onPostgres ? "PostgreSQL" : "SQLite")} | {s_requests} | {string.Join(", ", counts)} |");
        Assert.Empty(operations.Select(operation => operation.Id)
            .Except(answers.Keys.Where(answer => answer.Status < 400).Select(answer => answer.Operation)));
        Assert.False(service.HasExited, service.Output());
        Assert.Equal(HttpStatusCode.OK, (await service.Client.Http.GetAsync(
            "/health/ready", TestContext.Current.CancellationToken)).StatusCode);

        async Task Send(int index, bool isPlain)
        {
            Operation operation = operations[index % operations.Count];
            MadeRequest made = await maker.Make(operation, new FuzzRandom((ulong)seed, (ulong)index), isPlain);
            using HttpRequestMessage message = made.Message();
            using HttpResponseMessage response = await service.Client.Http.SendAsync(
                message, HttpCompletionOption.ResponseHeadersRead); // a stream of events need not be read to its end
            int status = (int)response.StatusCode;
            Assert.True(status < 500, $"{operation}, request {index} of seed {seed}, is answered with {status}: {made}");
            answers.AddOrUpdate((operation.Id, status), 1, (_, count) => count + 1);
            bool hasBody = status >= 400 && made.Method != HttpMethod.Head;
            string? problem = hasBody ? (string?)(await Expect.Problem(response.StatusCode, response))["type"] : null;
            Assert.True(
                !made.IsItsPath || operation.Answers.Any(answer => answer.Status == status && (!hasBody || answer.Problem == problem)),
                $"{operation}, request {index} of seed {seed}, is answered with {status} {problem}, which the document does not name: "
                + $"{made}"
            );
        }
    }
}
