using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class RetentionTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private const string Short = """{"dataset":"synthetic-digits","steps":5}""";
    private const string Two = """{"common":{"dataset":"synthetic-digits","steps":5},"jobs":[{},{}]}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Old_jobs_and_experiments_are_gone_after_a_start_with_days_to_keep_but_for_those_that_a_tag_names(string provider)
    {
        (string, string)[] settings = provider == "sqlite" ? [] : PostgresServer.Settings(await postgres.NewDatabase());
        string job, taggedJob, experiment, taggedExperiment, checkpoint;
        await using (ServiceProcess before = await ServiceProcess.Start(_folder, settings))
        {
            ServiceClient client = before.Client;
            (job, taggedJob) = (await client.Submit(Short), await client.Submit(Short));
            (experiment, taggedExperiment) = (await Experiment(client), await Experiment(client));
            checkpoint = (string)(await client.Ended(job))["latestCheckpoint"]!;
            await Tag(client, "kept-job", await client.Ended(taggedJob));
            await client.Await(experiment, state => (string?)state["status"] == "ended");
            JsonNode ended = await client.Await(taggedExperiment, state => (string?)state["status"] == "ended");
            await Tag(client, "kept-experiment", await client.Ended($"/v1/training-jobs/{ended["jobs"]![1]!["id"]}"));
        }

        await using ServiceProcess after = await ServiceProcess.Start(_folder, [.. settings, ("Store__RetentionDays", "0.000001")]);
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while ((await after.Client.Http.GetAsync(job)).IsSuccessStatusCode)
        {
            await Task.Delay(50, timeout.Token);
        }

        await Expect.Problem(HttpStatusCode.NotFound, await after.Client.Http.GetAsync($"/v1/checkpoints/{checkpoint}"));
        await Expect.Problem(HttpStatusCode.NotFound, await after.Client.Http.GetAsync(experiment));
        Assert.Equal("succeeded", (string?)(await after.Client.Json(taggedJob))["status"]);
        Assert.NotEmpty((await after.Client.Json($"{taggedJob}/metrics")).AsArray());
        Assert.Equal(2, (await after.Client.Json(taggedExperiment))["jobs"]!.AsArray().Count);
        await Expect.Png(await after.Client.Http.GetAsync("/v1/checkpoints/kept-experiment/layers/code/tiles?dataset=synthetic-digits"));
        Assert.Equal("succeeded", (string?)(await after.Client.Ended(await after.Client.Submit(Short)))["status"]);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Jobs_that_ended_within_the_days_to_keep_stay_and_so_do_those_that_have_not_ended(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        (Guid old, Guid young, Guid waiting) = (await store.AddJob(), await store.AddJob(), await store.AddJob());
        await End(store, old, daysAgo: 3);
        await End(store, young, daysAgo: 1);

        using var retention = new Retention(store.Stores, Options.Create(new StoreOptions()), NullLogger<Retention>.Instance);
        await retention.DeleteAsync(keepDays: 2, CancellationToken.None);
        Assert.Equal([young, waiting], await store.Ask(context => context.Jobs.OrderBy(row => row.Id).Select(row => row.Id).ToListAsync()));
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Expired_tickets_are_deleted_and_no_others(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        foreach (int minutes in (int[])[-60, -1, 1])
        {
            await store.Ask(async context =>
            {
                DateTime expiresAt = DateTime.UtcNow.AddMinutes(minutes);
                context.Tickets.Add(new TicketRow { Hash = $"{minutes}", KeyHash = "", ExpiresAt = expiresAt });
                return await context.SaveChangesAsync();
            });
        }

        using var retention = new Retention(store.Stores, Options.Create(new StoreOptions()), NullLogger<Retention>.Instance);
        await retention.DeleteTicketsAsync(CancellationToken.None);
        Assert.Equal(["1"], await store.Ask(context => context.Tickets.Select(row => row.Hash).ToListAsync()));
    }

    private static async Task End(StoreUnderTest store, Guid job, int daysAgo)
    {
        JobLease lease = (await store.Claim(job))!;
        await store.Recorder.EndAsync(lease, JobStatus.Succeeded, error: null);
        await store.Ask(context => context.Jobs.Where(row => row.Id == job)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.EndedAt, DateTime.UtcNow.AddDays(-daysAgo))));
    }

    private static async Task<string> Experiment(ServiceClient client)
    {
        using HttpResponseMessage response = await client.Post("/v1/experiments", Two);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        return response.Headers.Location!.ToString();
    }

    private static async Task Tag(ServiceClient client, string name, JsonNode job)
    {
        using HttpResponseMessage response = await client.Http.PutAsJsonAsync(
            $"/v1/tags/{name}",
            new { checkpoint = (string)job["latestCheckpoint"]! });
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
