using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AutoencoderApi.Api.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class TagsImportsAndKeys : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "Version",
                table: "metrics",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "Name",
                table: "checkpoints",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Version",
                table: "checkpoints",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "idempotency_keys",
                columns: table => new
                {
                    Caller = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", nullable: false),
                    Request = table.Column<string>(type: "TEXT", nullable: false),
                    Status = table.Column<int>(type: "INTEGER", nullable: false),
                    Location = table.Column<string>(type: "TEXT", nullable: false),
                    Body = table.Column<string>(type: "TEXT", nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_idempotency_keys", x => new { x.Caller, x.Key });
                });

            migrationBuilder.CreateTable(
                name: "tags",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    CheckpointId = table.Column<Guid>(type: "TEXT", nullable: false),
                    Revision = table.Column<Guid>(type: "TEXT", nullable: false),
                    MovedAt = table.Column<DateTime>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_tags", x => x.Name);
                    table.ForeignKey(
                        name: "FK_tags_checkpoints_CheckpointId",
                        column: x => x.CheckpointId,
                        principalTable: "checkpoints",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "IX_metrics_JobId_Version",
                table: "metrics",
                columns: new[] { "JobId", "Version" });

            // As statements of this transaction, since EF would build the table anew in several, and a kill between two of them would leave a
            // store that no later start could open. Foreign keys are off while migrations run (StoreMigration).
            migrationBuilder.Sql(
                """
                CREATE TABLE "ef_temp_checkpoints" (
                    "Id" TEXT NOT NULL CONSTRAINT "PK_checkpoints" PRIMARY KEY,
                    "Architecture" TEXT NOT NULL,
                    "Bytes" INTEGER NOT NULL,
                    "CreatedAt" TEXT NOT NULL,
                    "ElapsedSeconds" REAL NOT NULL,
                    "JobId" TEXT NULL,
                    "Losses_Test" REAL NULL,
                    "Losses_Train" REAL NULL,
                    "Losses_Validation" REAL NULL,
                    "Name" TEXT NULL,
                    "Settings" TEXT NOT NULL,
                    "Sha256" TEXT NOT NULL,
                    "Step" INTEGER NOT NULL,
                    "Version" INTEGER NOT NULL,
                    CONSTRAINT "FK_checkpoints_jobs_JobId" FOREIGN KEY ("JobId") REFERENCES "jobs" ("Id") ON DELETE CASCADE
                );
                INSERT INTO "ef_temp_checkpoints" ("Id", "Architecture", "Bytes", "CreatedAt", "ElapsedSeconds", "JobId", "Losses_Test", "Losses_Train", "Losses_Validation", "Name", "Settings", "Sha256", "Step", "Version")
                SELECT "Id", "Architecture", "Bytes", "CreatedAt", "ElapsedSeconds", "JobId", "Losses_Test", "Losses_Train", "Losses_Validation", "Name", "Settings", "Sha256", "Step", "Version" FROM "checkpoints";
                DROP TABLE "checkpoints";
                ALTER TABLE "ef_temp_checkpoints" RENAME TO "checkpoints";
                CREATE INDEX "IX_checkpoints_Architecture_Id" ON "checkpoints" ("Architecture", "Id");
                CREATE INDEX "IX_checkpoints_JobId_Id" ON "checkpoints" ("JobId", "Id");
                CREATE INDEX "IX_checkpoints_JobId_Version" ON "checkpoints" ("JobId", "Version");
                """);

            migrationBuilder.CreateIndex(
                name: "IX_idempotency_keys_CreatedAt",
                table: "idempotency_keys",
                column: "CreatedAt");

            migrationBuilder.CreateIndex(
                name: "IX_tags_CheckpointId",
                table: "tags",
                column: "CheckpointId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "idempotency_keys");

            migrationBuilder.DropTable(
                name: "tags");

            migrationBuilder.DropIndex(
                name: "IX_metrics_JobId_Version",
                table: "metrics");

            migrationBuilder.DropIndex(
                name: "IX_checkpoints_JobId_Version",
                table: "checkpoints");

            migrationBuilder.DropColumn(
                name: "Version",
                table: "metrics");

            migrationBuilder.DropColumn(
                name: "Name",
                table: "checkpoints");

            migrationBuilder.DropColumn(
                name: "Version",
                table: "checkpoints");

            migrationBuilder.AlterColumn<Guid>(
                name: "JobId",
                table: "checkpoints",
                type: "TEXT",
                nullable: false,
                defaultValue: new Guid("00000000-0000-0000-0000-000000000000"),
                oldClrType: typeof(Guid),
                oldType: "TEXT",
                oldNullable: true);
        }
    }
}
