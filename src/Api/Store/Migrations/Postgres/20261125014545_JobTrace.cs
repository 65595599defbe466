using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AutoencoderApi.Api.Store.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class JobTrace : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTime>(
                name: "QueuedAt",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TraceParent",
                table: "jobs",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "QueuedAt",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "TraceParent",
                table: "jobs");
        }
    }
}
