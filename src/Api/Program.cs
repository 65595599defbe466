using AutoencoderApi.Api;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Commands;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Experiments.Reports;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Page;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Api.Telemetry;
using AutoencoderApi.Domain;

if (await CommandLine.RunAsync(args) is { } exitStatus)
{
    return exitStatus;
}

WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
{
    Args = args,
    ContentRootPath = AppContext.BaseDirectory, // appsettings.json lies beside the program, wherever it is started from
});
builder.UseDefaultAddress();

if (ProcessRoles.Violation(builder.Configuration) is { } violation)
{
    await Console.Error.WriteLineAsync(violation);
    return 1;
}

builder.Services.ConfigureHttpJsonOptions(options => WireFormat.Configure(options.SerializerOptions));
builder.Services.AddProblems();
builder.Services.AddAccess();
builder.Services.AddLimits();
builder.Services.AddStore(builder.Configuration);
builder.Services.AddDatasets();
builder.Services.AddSingleton<CheckpointStore>();
builder.Services.AddSingleton<TagStore>();
builder.Services.AddSingleton<ExperimentStore>();
builder.Services.AddSingleton<ReportBuilder>();
builder.Services.AddSingleton<IdempotencyKeys>();
builder.Services.AddJobs(builder.Configuration);
builder.Services.AddSingleton<PictureDecoder>();
builder.Services.AddSingleton<LoadedModels>();
builder.Services.AddSingleton<DigitReader>();
builder.Services.AddSingleton<Looking>();
if (builder.Configuration.Role() != ProcessRole.Worker)
{
    builder.Services.AddHostedService<WarmUp>();
    builder.Services.AddHostedService<Retention>();
}

builder.Services.AddHealthChecks().AddCheck<StoreHealth>("store", tags: [StoreHealth.Tag]);
builder.Services.AddTelemetry(builder.Configuration);
builder.Services.AddOpenApiDocument();

WebApplication app = builder.Build();
if (args is not [OpenApiCommand.Name])
{
    await app.Services.MigrateStoreAsync();
}

app.UseProblems();
app.UseCacheHeaders();
app.UseAccess();
app.UseLimits();
app.UseStrictQueries();
app.UseBodyCodings();
app.UseLastSend();
if (app.Configuration.Role() != ProcessRole.Worker)
{
    RouteGroupBuilder api = app.MapGroup("").WithHead().WithStrictQuery();
    app.MapPage();
    app.MapOpenApiDocument();
    api.MapKernels();
    api.MapInterpolation();
    api.MapJobs();
    api.MapExperiments();
    api.MapCheckpoints();
    api.MapTags();
    api.MapReconstructions();
    api.MapLayers();
    api.MapCodes();
    api.MapDatasets();
    app.MapDashboard();
}

app.MapHealth();
app.MapMetrics();
if (args is [OpenApiCommand.Name])
{
    return await OpenApiCommand.RunAsync(app, Console.Out);
}

await app.RunAsync();
return 0;
