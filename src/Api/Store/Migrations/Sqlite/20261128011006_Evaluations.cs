using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AutoencoderApi.Api.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Evaluations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Kind",
                table: "jobs",
                type: "TEXT",
                nullable: false,
                defaultValue: "training");

            migrationBuilder.AddColumn<bool>(
                name: "Evaluate",
                table: "experiments",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "dataset_baselines",
                columns: table => new
                {
                    Fingerprint = table.Column<string>(type: "TEXT", nullable: false),
                    Split = table.Column<string>(type: "TEXT", nullable: false),
                    Components = table.Column<int>(type: "INTEGER", nullable: false),
                    Knn = table.Column<double>(type: "REAL", nullable: true),
                    Ridge = table.Column<double>(type: "REAL", nullable: true),
                    Loss = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_baselines", x => new { x.Fingerprint, x.Split, x.Components });
                });

            migrationBuilder.CreateTable(
                name: "evaluations",
                columns: table => new
                {
                    JobId = table.Column<Guid>(type: "TEXT", nullable: false),
                    CheckpointId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Dataset = table.Column<string>(type: "TEXT", nullable: false),
                    Split = table.Column<string>(type: "TEXT", nullable: false),
                    Against = table.Column<string>(type: "TEXT", nullable: false),
                    Result = table.Column<string>(type: "TEXT", nullable: true),
                    Bytes = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_evaluations", x => x.JobId);
                    table.ForeignKey(
                        name: "FK_evaluations_jobs_JobId",
                        column: x => x.JobId,
                        principalTable: "jobs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "evaluation_files",
                columns: table => new
                {
                    JobId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    Content = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_evaluation_files", x => new { x.JobId, x.Name });
                    table.ForeignKey(
                        name: "FK_evaluation_files_evaluations_JobId",
                        column: x => x.JobId,
                        principalTable: "evaluations",
                        principalColumn: "JobId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_evaluations_CheckpointId_Dataset_Split_Against",
                table: "evaluations",
                columns: new[] { "CheckpointId", "Dataset", "Split", "Against" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "dataset_baselines");

            migrationBuilder.DropTable(
                name: "evaluation_files");

            migrationBuilder.DropTable(
                name: "evaluations");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "Evaluate",
                table: "experiments");
        }
    }
}
