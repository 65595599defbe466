using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

#pragma warning disable CA1814 // Prefer jagged arrays over multidimensional

namespace AutoencoderApi.Api.Store.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FetchedDatasets : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "PendingDataset",
                table: "jobs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "dataset_fetches",
                columns: table => new
                {
                    Name = table.Column<string>(type: "TEXT", nullable: false),
                    RequestedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Fence = table.Column<long>(type: "INTEGER", nullable: false),
                    LeaseUntil = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Claims = table.Column<int>(type: "INTEGER", nullable: false),
                    FailedAt = table.Column<DateTime>(type: "TEXT", nullable: true),
                    Fault = table.Column<string>(type: "TEXT", nullable: true),
                    ReplacesId = table.Column<Guid>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_dataset_fetches", x => x.Name);
                });

            migrationBuilder.InsertData(
                table: "dataset_fetches",
                columns: new[] { "Name", "Claims", "FailedAt", "Fault", "Fence", "LeaseUntil", "ReplacesId", "RequestedAt" },
                values: new object[,]
                {
                    { "fashion-mnist", 0, null, null, 0L, null, null, null },
                    { "mnist", 0, null, null, 0L, null, null, null }
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "dataset_fetches");

            migrationBuilder.DropColumn(
                name: "PendingDataset",
                table: "jobs");
        }
    }
}
