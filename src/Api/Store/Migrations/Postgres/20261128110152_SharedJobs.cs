using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AutoencoderApi.Api.Store.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class SharedJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Dataset",
                table: "jobs",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string[]>(
                name: "Metadata",
                table: "jobs",
                type: "text[]",
                nullable: false,
                defaultValue: new string[0]);

            migrationBuilder.AddColumn<int>(
                name: "RescheduledAt",
                table: "jobs",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "Metadata",
                table: "experiments",
                type: "text[]",
                nullable: false,
                defaultValue: new string[0]);

            migrationBuilder.AddColumn<string>(
                name: "DatasetSha256",
                table: "checkpoints",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "ParentId",
                table: "checkpoints",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ParentSha256",
                table: "checkpoints",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "key_turns",
                columns: table => new
                {
                    Owner = table.Column<string>(type: "text", nullable: false),
                    Turn = table.Column<long>(type: "bigint", nullable: false),
                    Claims = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_key_turns", x => x.Owner);
                });

            migrationBuilder.CreateTable(
                name: "verifications",
                columns: table => new
                {
                    JobId = table.Column<Guid>(type: "uuid", nullable: false),
                    CheckpointId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sha256 = table.Column<string>(type: "text", nullable: false),
                    Result = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_verifications", x => x.JobId);
                    table.ForeignKey(
                        name: "FK_verifications_jobs_JobId",
                        column: x => x.JobId,
                        principalTable: "jobs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.Sql(
                """
                UPDATE jobs SET "Dataset" = COALESCE(substring("Settings" from '"dataset":\s*"([^"]*)"'), ''), "Owner" = COALESCE("Owner", '');
                INSERT INTO key_turns ("Owner", "Turn", "Claims") SELECT DISTINCT "Owner", 0, 0 FROM jobs;
                """);

            migrationBuilder.CreateIndex(
                name: "IX_jobs_Dataset_Id",
                table: "jobs",
                columns: new[] { "Dataset", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_EndedAt",
                table: "jobs",
                column: "EndedAt");

            migrationBuilder.CreateIndex(
                name: "IX_jobs_Status_PendingDataset_Owner_Id",
                table: "jobs",
                columns: new[] { "Status", "PendingDataset", "Owner", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_key_turns_Turn_Owner",
                table: "key_turns",
                columns: new[] { "Turn", "Owner" });

            migrationBuilder.CreateIndex(
                name: "IX_verifications_CheckpointId_JobId",
                table: "verifications",
                columns: new[] { "CheckpointId", "JobId" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "key_turns");

            migrationBuilder.DropTable(
                name: "verifications");

            migrationBuilder.DropIndex(
                name: "IX_jobs_Dataset_Id",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "IX_jobs_EndedAt",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "IX_jobs_Status_PendingDataset_Owner_Id",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "Dataset",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "Metadata",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "RescheduledAt",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "Metadata",
                table: "experiments");

            migrationBuilder.DropColumn(
                name: "DatasetSha256",
                table: "checkpoints");

            migrationBuilder.DropColumn(
                name: "ParentId",
                table: "checkpoints");

            migrationBuilder.DropColumn(
                name: "ParentSha256",
                table: "checkpoints");
        }
    }
}
