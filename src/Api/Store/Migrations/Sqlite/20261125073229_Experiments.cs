using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AutoencoderApi.Api.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Experiments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "experiments",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: true),
                    Preset = table.Column<string>(type: "TEXT", nullable: true),
                    Tag = table.Column<string>(type: "TEXT", nullable: true),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    EndedAt = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_experiments", x => x.Id);
                });

            // As one statement, since EF would build the table anew outside of a transaction, and a kill could leave it half done.
            migrationBuilder.Sql(
                """
                ALTER TABLE "jobs" ADD COLUMN "ExperimentId" TEXT NULL
                CONSTRAINT "FK_jobs_experiments_ExperimentId" REFERENCES "experiments" ("Id") ON DELETE CASCADE
                """);

            migrationBuilder.CreateIndex(
                name: "IX_jobs_ExperimentId_Id",
                table: "jobs",
                columns: new[] { "ExperimentId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_experiments_EndedAt",
                table: "experiments",
                column: "EndedAt");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_jobs_experiments_ExperimentId",
                table: "jobs");

            migrationBuilder.DropTable(
                name: "experiments");

            migrationBuilder.DropIndex(
                name: "IX_jobs_ExperimentId_Id",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "ExperimentId",
                table: "jobs");
        }
    }
}
