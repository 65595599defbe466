using System.Text.RegularExpressions;
using AutoencoderApi.Api.Startup;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed class StoreMigrationTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly Guid s_old = Guid.Parse("019a0000-0000-7000-8000-000000000001");

    [Fact]
    public async Task A_new_SQLite_file_lets_calls_read_while_training_writes()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        Assert.Equal(
            "wal",
            (await context.Database.SqlQuery<string>($"SELECT journal_mode AS Value FROM pragma_journal_mode").ToListAsync())[0]);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Each_migration_is_one_transaction_so_that_a_kill_leaves_it_done_or_undone(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        string[] migrations = [Migration.InitialDatabase, .. context.Database.GetMigrations()];
        Assert.All(migrations.Zip(migrations.Skip(1)), step =>
        {
            string[] statements = context.GetService<IMigrator>().GenerateScript(step.First, step.Second).Split('\n');
            int begin = Array.FindIndex(statements, IsBegin);
            int commit = Array.FindIndex(statements, IsCommit);
            Assert.Single(statements, IsBegin);
            Assert.Single(statements, IsCommit);
            int done = Array.FindIndex(statements, statement =>
                statement.StartsWith("INSERT INTO \"__EFMigrationsHistory\"", StringComparison.Ordinal));
            Assert.InRange(done, begin, commit);
        });

        static bool IsBegin(string statement) =>
            statement.StartsWith("BEGIN TRANSACTION", StringComparison.Ordinal)
            || statement.StartsWith("START TRANSACTION", StringComparison.Ordinal);
        static bool IsCommit(string statement) => statement.StartsWith("COMMIT", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_builds_a_table_anew_keeps_the_rows_that_refer_to_it()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite", isLater: true, before: async context =>
        {
            await context.GetService<IMigrator>().MigrateAsync("Initial");
            await context.Database.ExecuteSqlAsync($"""
                INSERT INTO jobs (
                    "Id", "Status", "Architecture", "Settings", "Step", "Warnings", "Attempt", "CreatedAt",
                    "ClaimsSinceStep", "ClaimsSinceCheckpoint", "Fence", "Version")
                VALUES ({s_old}, 'succeeded', 'strided', '', 1, '[]', 1, {DateTime.UnixEpoch}, 0, 0, 1, 1)
                """);
            await context.Database.ExecuteSqlAsync($"""
                INSERT INTO checkpoints (
                    "Id", "JobId", "Architecture", "Settings", "Step", "ElapsedSeconds", "Bytes", "Sha256", "CreatedAt", "Version")
                VALUES ({s_old}, {s_old}, 'strided', '', 1, 1, 3, '', {DateTime.UnixEpoch}, 1)
                """
            );
            await context.Database.ExecuteSqlAsync(
                $"""INSERT INTO checkpoint_files ("CheckpointId", "Content") VALUES ({s_old}, x'010203')"""
            );
        });
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        Assert.Contains(LaterMigrations.Id, await context.Database.GetAppliedMigrationsAsync());
        Assert.Equal(s_old, await context.Checkpoints.Select(checkpoint => checkpoint.JobId).SingleAsync());
        Assert.Equal([1, 2, 3], (await context.CheckpointFiles.SingleAsync()).Content);
    }

    [Theory]
    [InlineData("sqlite", "an empty folder in Store__Folder")]
    [InlineData("postgres", "an empty database in ConnectionStrings__Store")]
    public async Task A_store_of_an_older_version_is_refused_in_one_sentence_and_left_as_it_is(string provider, string another)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        await context.Database.ExecuteSqlAsync($"""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" NOT LIKE '%_Initial'""");
        await context.Database.ExecuteSqlAsync($"""UPDATE "__EFMigrationsHistory" SET "MigrationId" = '20261124143618_Initial'""");
        Assert.Equal(
            $"The store has the migration 20261124143618_Initial of an older version of this service, which this version cannot upgrade; "
            + $"start that version, or name {another}.",
            (await Assert.ThrowsAsync<StartException>(store.Migrate)).Message);
        Assert.Equal(["20261124143618_Initial"], await context.Database.GetAppliedMigrationsAsync());
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_store_of_a_newer_version_is_refused_in_one_sentence_and_left_as_it_is(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        await context.Database.ExecuteSqlAsync(
            $"""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('29990101000000_Later', '99.0.0')"""
        );
        Assert.StartsWith(
            "The store has the migration 29990101000000_Later of a newer version",
            (await Assert.ThrowsAsync<StartException>(store.Migrate)).Message);
        Assert.Contains("29990101000000_Later", await context.Database.GetAppliedMigrationsAsync());
    }

    [Fact]
    public async Task A_statement_of_a_migration_may_take_longer_than_one_of_a_request_and_the_log_says_how_far_it_is()
    {
        await using StoreUnderTest store = await StoreUnderTest.New(
            "postgres",
            postgres,
            before: context => context.GetService<IMigrator>().MigrateAsync("Initial"),
            connection: ";Command Timeout=1",
            isLater: true);
        Assert.Contains(store.Log.Lines, line => Regex.IsMatch(line, $@"Migration (\d+) of \1 of the store: {LaterMigrations.Id}"));
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        Assert.Empty(await context.Database.GetPendingMigrationsAsync());
        Assert.NotEqual(120 * 60, context.Database.GetCommandTimeout()); // what requests have is the connection's again
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task The_log_says_again_and_again_that_a_migration_still_runs(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        using var log = new KeptLog();
        using var factory = new LoggerFactory([log]);
        var progress = new MigrationProgress(store.Stores, factory.CreateLogger<MigrationProgress>())
        {
            Between = TimeSpan.FromMilliseconds(100),
        };
        await progress.WatchAsync("Long", 2, 5, () => Task.Delay(TimeSpan.FromSeconds(1)));
        Assert.Equal("Migration 2 of 5 of the store: Long", log.Lines.First());
        Assert.Contains(log.Lines, line => line.StartsWith("Migration 2 of 5 of the store, Long, runs for 1 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_finds_another_one_migrating_waits_longer_than_a_request_would()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("postgres", postgres, connection: ";Command Timeout=1");
        await using AppDbContext other = await store.Stores.CreateDbContextAsync();
        await other.Database.OpenConnectionAsync();
        await other.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({StoreMigration.LockKey})");
        Task waiting = store.Migrate();
        await Task.Delay(TimeSpan.FromSeconds(3));
        Assert.False(waiting.IsCompleted);
        await other.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({StoreMigration.LockKey})");
        await waiting;
        Assert.Single(store.Log.Lines, line => line == "Another process brings the store up to date; this one waits for it");
    }
}
