using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AutoencoderApi.Api.Store.Migrations.Sqlite
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
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TraceParent",
                table: "jobs",
                type: "TEXT",
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
