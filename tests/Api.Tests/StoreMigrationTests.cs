using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AutoencoderApi.Api.Tests;

public sealed class StoreMigrationTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private static readonly Guid s_old = Guid.Parse("019a0000-0000-7000-8000-000000000001");

    [Fact]
    public async Task A_new_SQLite_file_lets_calls_read_while_training_writes()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        await using StoreContext context = await store.Stores.CreateDbContextAsync();
        Assert.Equal("wal", (await context.Database.SqlQuery<string>($"SELECT journal_mode AS Value FROM pragma_journal_mode").ToListAsync())[0]);
    }

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task Each_migration_is_one_transaction_so_that_a_kill_leaves_it_done_or_undone(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        await using StoreContext context = await store.Stores.CreateDbContextAsync();
        string[] migrations = [Migration.InitialDatabase, .. context.Database.GetMigrations()];
        Assert.All(migrations.Zip(migrations.Skip(1)), step =>
        {
            string[] statements = context.GetService<IMigrator>().GenerateScript(step.First, step.Second).Split('\n');
            int begin = Array.FindIndex(statements, IsBegin);
            int commit = Array.FindIndex(statements, IsCommit);
            Assert.Single(statements, IsBegin);
            Assert.Single(statements, IsCommit);
            int done = Array.FindIndex(statements, statement => statement.StartsWith("INSERT INTO \"__EFMigrationsHistory\"", StringComparison.Ordinal));
            Assert.InRange(done, begin, commit);
        });

        static bool IsBegin(string statement) => statement.StartsWith("BEGIN TRANSACTION", StringComparison.Ordinal) || statement.StartsWith("START TRANSACTION", StringComparison.Ordinal);
        static bool IsCommit(string statement) => statement.StartsWith("COMMIT", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_of_the_first_tables_keeps_its_checkpoints_and_their_files()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite", before: async context =>
        {
            await context.GetService<IMigrator>().MigrateAsync("Initial");
            await context.Database.ExecuteSqlAsync($"""
                INSERT INTO jobs ("Id", "Status", "Architecture", "Settings", "Step", "Warnings", "Attempt", "CreatedAt", "Fence", "Version")
                VALUES ({s_old}, 'succeeded', 'strided', '', 1, '[]', 1, {DateTime.UnixEpoch}, 1, 1)
                """);
            await context.Database.ExecuteSqlAsync($"""
                INSERT INTO checkpoints ("Id", "JobId", "Architecture", "Settings", "Step", "ElapsedSeconds", "Bytes", "Sha256", "CreatedAt")
                VALUES ({s_old}, {s_old}, 'strided', '', 1, 1, 3, '', {DateTime.UnixEpoch})
                """);
            await context.Database.ExecuteSqlAsync($"""INSERT INTO checkpoint_files ("CheckpointId", "Content") VALUES ({s_old}, x'010203')""");
        });
        await using StoreContext context = await store.Stores.CreateDbContextAsync();
        Assert.Equal(s_old, await context.Checkpoints.Select(checkpoint => checkpoint.JobId).SingleAsync());
        Assert.Equal([1, 2, 3], (await context.CheckpointFiles.SingleAsync()).Content);
    }
}
