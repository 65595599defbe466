using System.Reflection;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace AutoencoderApi.Api.Tests;

/// <summary>The migrations of a version to come: those of the service, and one more that takes time and builds a table anew.</summary>
internal sealed class LaterMigrations(ICurrentDbContext current) : IMigrationsAssembly
{
    public const string Id = "29990101000000_Later";

    public Assembly Assembly => typeof(AppDbContext).Assembly;

    public IReadOnlyDictionary<string, TypeInfo> Migrations => new SortedList<string, TypeInfo>(
        OfTheDatabase.Where(type => type.IsSubclassOf(typeof(Migration))).Append(typeof(Later).GetTypeInfo())
            .ToDictionary(type => type.GetCustomAttribute<MigrationAttribute>()!.Id),
        StringComparer.Ordinal);

    public ModelSnapshot? ModelSnapshot =>
        (ModelSnapshot?)Activator.CreateInstance(OfTheDatabase.Single(type => type.IsSubclassOf(typeof(ModelSnapshot))));

    private IEnumerable<TypeInfo> OfTheDatabase =>
        Assembly.DefinedTypes.Where(type => type.GetCustomAttribute<DbContextAttribute>()?.ContextType == current.Context.GetType());

    public string? FindMigrationId(string nameOrId) =>
        Migrations.Keys.FirstOrDefault(id => id == nameOrId || id.EndsWith($"_{nameOrId}", StringComparison.Ordinal));

    public Migration CreateMigration(TypeInfo migrationClass, string activeProvider)
    {
        var migration = (Migration)Activator.CreateInstance(migrationClass)!;
        migration.ActiveProvider = activeProvider;
        return migration;
    }

    [Migration(Id)]
    private sealed class Later : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(migrationBuilder.IsSqlite()
            ? """
              CREATE TABLE "rebuilt" AS SELECT * FROM "jobs";
              DROP TABLE "jobs";
              ALTER TABLE "rebuilt" RENAME TO "jobs";
              CREATE UNIQUE INDEX "IX_jobs_Id" ON "jobs" ("Id");
              """
            : "SELECT pg_sleep(2)");
    }
}
