using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace AutoencoderApi.Api.Tests;

/// <summary>A database that answers, but not as usual.</summary>
[StartsProcesses]
public sealed class UnavailableStoreTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const string Long = """
        {"dataset":"synthetic-digits","steps":100000,"batchSize":8,"channels":[4,4],
        "kernelSize":3,"evaluateEvery":100000,"checkpointEvery":100}
        """;
    private const string Short =
        """{"dataset":"synthetic-digits","steps":5,"batchSize":8,"channels":[2,2],"kernelSize":3,"evaluateEvery":5}""";

    [Theory]
    [InlineData("08006", true)] // connection failure
    [InlineData("0A000", false)] // feature not supported
    [InlineData("22P02", false)] // invalid text representation
    [InlineData("23505", false)] // unique violation
    [InlineData("25006", true)] // read-only transaction
    [InlineData("25P02", false)] // in failed transaction
    [InlineData("25P03", true)] // idle in transaction timeout
    [InlineData("28000", true)] // invalid authorization: the role may not log in
    [InlineData("28P01", true)] // invalid password
    [InlineData("3D000", true)] // no such database
    [InlineData("40001", true)] // serialization failure
    [InlineData("40P01", true)] // deadlock
    [InlineData("42501", true)] // insufficient privilege
    [InlineData("42601", false)] // syntax error
    [InlineData("42703", false)] // undefined column
    [InlineData("42P01", true)] // undefined table
    [InlineData("53100", true)] // disk full
    [InlineData("53300", true)] // too many connections
    [InlineData("55000", true)] // the database takes no connections
    [InlineData("55P03", true)] // lock not available
    [InlineData("57014", true)] // statement cancelled
    [InlineData("57P01", true)] // shutdown
    [InlineData("57P05", true)] // idle session timeout
    [InlineData("58030", true)] // disk error
    [InlineData("XX000", false)] // internal error
    public void Whether_PostgreSQL_is_unavailable_is_told_by_the_class_of_its_code(string code, bool unavailable)
    {
        var fault = new PostgresException("message", "ERROR", "ERROR", code);
        Assert.Equal(unavailable, DbFaults.IsTransient(fault));
        Assert.Equal(unavailable, DbFaults.IsTransient(new DbUpdateException("wrapped", fault)));
        Assert.False(DbFaults.IsTransient(new OperationCanceledException("the caller's own wish", fault)));
    }

    [Fact]
    public async Task While_PostgreSQL_answers_otherwise_than_usual_calls_get_503_the_service_is_not_ready_and_training_waits_and_goes_on()
    {
        string database = await postgres.NewDatabase(), name = new NpgsqlConnectionStringBuilder(database).Database!, role = $"role_{name}";
        await Execute($"CREATE ROLE {role} LOGIN; ALTER DATABASE {name} OWNER TO {role}");
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using ServiceProcess service = await ServiceProcess.Start(
            folder,
            PostgresServer.Settings(database.Replace("Username=postgres", $"Username={role}", StringComparison.Ordinal)));
        string job = await service.Client.Submit(Long);
        await service.Client.Await(job, state => state["latestCheckpoint"] is not null);
        string tables = "jobs, sweeps, metrics, checkpoints, checkpoint_files, film_frames, idempotency_keys";
        (string What, string Break, string Mend)[] faults =
        [
            (
                "a standby, or a server set read-only",
                $"ALTER ROLE {role} SET default_transaction_read_only = on",
                $"ALTER ROLE {role} RESET default_transaction_read_only"),
            ("a role that may not log in", $"ALTER ROLE {role} NOLOGIN", $"ALTER ROLE {role} LOGIN"),
            ("too few connections", $"ALTER ROLE {role} CONNECTION LIMIT 0", $"ALTER ROLE {role} CONNECTION LIMIT -1"),
            (
                "a database that takes no connections",
                $"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                $"ALTER DATABASE {name} ALLOW_CONNECTIONS true"),
            ("privileges taken away", $"REVOKE ALL ON {tables} FROM {role}", $"GRANT ALL ON {tables} TO {role}"),
            ("tables that are gone", "ALTER SCHEMA public RENAME TO away", "ALTER SCHEMA away RENAME TO public"),
            ("statements cancelled", Trigger("57014"), Untrigger),
            ("deadlocks", Trigger("40P01"), Untrigger),
        ];
        foreach ((string what, string broken, string mended) in faults)
        {
            bool isOfTables =
                !broken.StartsWith("ALTER ROLE", StringComparison.Ordinal)
                && !broken.StartsWith("ALTER DATABASE", StringComparison.Ordinal);
            await Execute(broken, isOfTables ? database : null);
            await EndSessions();
            using HttpResponseMessage post = await service.Client.Post("/v1/training-jobs", Short);
            Assert.True(post.StatusCode == HttpStatusCode.ServiceUnavailable, $"{what}: {(int)post.StatusCode}");
            Assert.EndsWith(":unavailable", (string?)(await Expect.Problem(HttpStatusCode.ServiceUnavailable, post))["type"]);
            Assert.NotNull(post.Headers.RetryAfter);
            HttpStatusCode list = (await service.Client.Http.GetAsync("/v1/training-jobs")).StatusCode;
            Assert.True(list is HttpStatusCode.ServiceUnavailable or HttpStatusCode.OK, $"{what}: {(int)list}");
            await NotReady(what);
            await Task.Delay(TimeSpan.FromSeconds(1));
            await Execute(mended, isOfTables ? database : null);
            await EndSessions();
            await service.Ready();
            int reached = (int)(await service.Client.Json(job))["progress"]!["step"]!;
            JsonNode after = await service.Client.Await(job, state =>
                (int)state["progress"]!["step"]! > reached + 40 || (string?)state["status"] == "failed");
            Assert.True(
                (string?)after["status"] == "running" && !service.Output().Contains("met a fault", StringComparison.Ordinal),
                $"{what}: {after["status"]}, {after["error"]}");
        }

        await service.Client.Post($"{job}/cancel", "");
        await service.Client.Ended(job);
        Assert.Equal("succeeded", (string?)(await service.Client.Ended(await service.Client.Submit(Short)))["status"]);

        async Task Execute(string sql, string? where = null)
        {
            await using var connection = new NpgsqlConnection(
                $"{where ?? database.Replace(name, "postgres", StringComparison.Ordinal)};Pooling=false");
            await connection.OpenAsync();
#pragma warning disable CA2100 // the statements are constants of this test
            await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
            await command.ExecuteNonQueryAsync();
        }

        async Task NotReady(string what)
        {
            long broken = Stopwatch.GetTimestamp();
            while ((await service.Client.Http.GetAsync("/health/ready")).StatusCode != HttpStatusCode.ServiceUnavailable)
            {
                Assert.True(Stopwatch.GetElapsedTime(broken).TotalSeconds < 2, $"{what}: ready");
                await Task.Delay(50);
            }
        }

        Task EndSessions() => Execute($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'");
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Fifty_faults_in_the_middle_of_a_job_leave_no_thread_and_no_memory_behind(string provider)
    {
        await using ServiceStore store = await ServiceStore.New(provider, postgres);
        await using ServiceProcess service = await store.Start();
        await store.Break("INSERT ON metrics"); // the first evaluation cannot be stored: each job fails at its second attempt
        await Fail(10);
        (int threads, long megabytes) = (await Threads(), Megabytes());
        await Fail(15);
        Assert.InRange(await Threads(), 0, threads + 6); // of the thread pool, which comes and goes
        Assert.InRange(Megabytes(), 0, megabytes + 40);

        async Task Fail(int jobs)
        {
            string[] paths = await Task.WhenAll(Enumerable.Range(0, jobs).Select(_ => service.Client.Submit(Short)));
            foreach (string path in paths)
            {
                JsonNode ended = await service.Client.Ended(path);
                Assert.EndsWith(":internal-error", (string?)ended["error"]!["type"]);
                Assert.True((int)ended["attempt"]! >= 2);
            }
        }

        async Task<int> Threads()
        {
            for (int tries = 0; tries < 50 && Named("training") > 0; tries++)
            {
                await Task.Delay(100); // a thread that has been told to end
            }

            Assert.Equal(0, Named("training"));
            return Directory.GetDirectories($"/proc/{service.Id}/task").Length;
        }

        int Named(string name) => Directory.GetDirectories($"/proc/{service.Id}/task").Count(thread => ReadName(thread) == name);

        long Megabytes() =>
            long.Parse(File.ReadAllText($"/proc/{service.Id}/statm").Split(' ')[1], CultureInfo.InvariantCulture)
                * Environment.SystemPageSize
            >> 20;
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Readiness_is_a_write_that_leaves_the_store_as_large_as_it_was(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        var health = new StoreHealth(store.Stores, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance));
        long before = await Bytes();
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
        }

        Assert.InRange(await Bytes(), before, before + 65_536);
        // what it sets is not left to others
        Assert.Null(await store.Ask(context => Task.FromResult(context.Database.GetCommandTimeout())));
        await store.Ask(context => context.Sweeps.ExecuteDeleteAsync());
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);

        Task<long> Bytes() => store.Ask(context => context.Database.SqlQueryRaw<long>(provider == "sqlite"
            ? "SELECT page_count * page_size AS \"Value\" FROM pragma_page_count, pragma_page_size"
            : "SELECT pg_total_relation_size('sweeps') AS \"Value\"").SingleAsync());
    }

    [Fact]
    public async Task A_service_on_SQLite_is_ready_while_another_writes_and_no_longer_when_others_have_waited_in_vain()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        var health = new StoreHealth(store.Stores, new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance));
        await using (AppDbContext writer = await store.Stores.CreateDbContextAsync())
        {
            await using var writing = await writer.Database.BeginTransactionAsync();
            Assert.Equal(HealthStatus.Healthy, await Check());
            await Task.Delay(TimeSpan.FromSeconds(StoreOptions.SqliteWaitSeconds));
            Assert.Equal(HealthStatus.Unhealthy, await Check());
        }

        Assert.Equal(HealthStatus.Healthy, await Check());

        async Task<HealthStatus> Check() => (await health.CheckHealthAsync(new HealthCheckContext())).Status;
    }

    private const string Untrigger = "DROP TRIGGER broken ON jobs; DROP TRIGGER broken ON sweeps";

    private static string Trigger(string code) => $"""
        CREATE OR REPLACE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'broken' USING errcode = '{code}'; END $$;
        CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION broken();
        CREATE TRIGGER broken BEFORE UPDATE ON sweeps FOR EACH ROW EXECUTE FUNCTION broken()
        """;

    private static string ReadName(string thread)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, "comm")).Trim();
        }
        catch (IOException)
        {
            return ""; // ended meanwhile
        }
    }
}
