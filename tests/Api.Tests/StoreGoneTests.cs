using System.Net;
using AutoencoderApi.Api.Tests.Telemetry;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class StoreGoneTests : IDisposable
{
    private const string Job =
        """{"dataset":"synthetic-digits","steps":100000,"batchSize":4,"channels":[2,2],"evaluateEvery":100000,"checkpointEvery":100000}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_SQLite_store_that_is_deleted_under_the_service_takes_no_job_any_more_even_where_another_takes_its_place(
        bool isReplaced)
    {
        await using ServiceProcess service = await ServiceProcess.Start(_folder);
        await service.Client.Submit(Job);
        Directory.Delete(_folder, recursive: true);
        Directory.CreateDirectory(_folder);
        if (isReplaced)
        {
            await File.WriteAllTextAsync(Path.Combine(_folder, "autoencoder.db"), ""); // an empty database
        }

        await Task.Delay(TimeSpan.FromSeconds(1.5)); // readiness is remembered for a second
        for (int i = 0; i < 20; i++)
        {
            using HttpResponseMessage refused = await service.Client.Post("/v1/training-jobs", Job);
            Assert.NotNull(refused.Headers.RetryAfter);
            await Expect.Problem(HttpStatusCode.ServiceUnavailable, refused);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, (await service.Client.Http.GetAsync("/health/ready")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await service.Client.Http.GetAsync("/health/live")).StatusCode);
        }

        await Scrape.Await(service.Client.Http, scrape => double.IsNaN(scrape.Sum("autoencoder_jobs"))); // counted before for two seconds

        Assert.Contains("moved or deleted while the service ran", service.Output(), StringComparison.Ordinal);
        Assert.Equal(isReplaced ? ["autoencoder.db"] : [], Directory.GetFiles(_folder).Select(Path.GetFileName));
    }
}
