using AutoencoderApi.Api;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using Hangfire;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory, // appsettings.json lies beside the program, wherever it is started from
});
if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null)
{
    builder.WebHost.UseUrls("http://localhost:8080");
}

if (ProcessRoles.Violation(builder.Configuration) is { } violation)
{
    await Console.Error.WriteLineAsync(violation);
    return 1;
}

builder.Services.ConfigureHttpJsonOptions(options => WireFormat.Configure(options.SerializerOptions));
builder.Services.AddProblems();
builder.Services.AddStore(builder.Configuration);
builder.Services.AddOptions<DatasetOptions>().BindConfiguration(DatasetOptions.Section);
builder.Services.AddSingleton<DatasetCatalog>();
builder.Services.AddSingleton<CheckpointStore>();
builder.Services.AddJobs(builder.Configuration);
builder.Services.AddSingleton(new PictureLimits());
builder.Services.AddSingleton<PictureDecoder>();
builder.Services.AddSingleton<LoadedModels>();
builder.Services.AddSingleton<DigitReader>();
builder.Services.AddSingleton<Looking>();
builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store", tags: [StoreHealth.Tag]);
builder.Services.AddOpenApiDocument();

WebApplication app = builder.Build();
await app.Services.MigrateStoreAsync();

app.UseProblems();
app.UseLoopbackOnly();
if (app.Configuration.Role() != ProcessRole.Worker)
{
    app.UseOpenApiDocument();
    app.MapGet("/", () => TypedResults.Redirect("/swagger")).ExcludeFromDescription();
    app.MapJobs();
    app.MapCheckpoints();
    app.MapReconstructions();
    app.MapLayers();
    app.MapDatasets();
    app.MapHangfireDashboard("/hangfire");
}

app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains(StoreHealth.Tag) });
await app.RunAsync();
return 0;
