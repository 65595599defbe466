using AutoencoderApi.Api;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Cards;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Commands;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Experiments.Reports;
using AutoencoderApi.Api.Films;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Networks;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Page;
using AutoencoderApi.Api.Settings;
using AutoencoderApi.Api.Startup;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Api.Telemetry;
using AutoencoderApi.Api.Verifications;
using AutoencoderApi.Domain;

using var signals = new StopSignals(); // from the first line on
return await StartFailure.ReportAsync(() => RunAsync(args, signals.Token), signals.Token);

static async Task<int> RunAsync(string[] args, CancellationToken stop)
{
    if (await CommandLine.RunAsync(args, stop) is { } exitStatus)
    {
        return exitStatus;
    }

    NativeHeap.ReturnLargeBlocks();
    WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory, // appsettings.json lies beside the program, wherever it is started from
    });
    builder.UseDefaultAddress();

    if ((
            ProcessRoles.Violation(builder.Configuration)
            ?? Listening.Violation(builder.Configuration)
            ?? LogLevels.Violation(builder.Configuration)
            ?? PathPrefix.Violation(builder.Configuration)
        ) is
        { } violation)
    {
        await Console.Error.WriteLineAsync(violation);
        return 1;
    }

    if (args is [BackupCommand.Name, var file])
    {
        return await BackupCommand.RunAsync(builder.Configuration, file, Console.Out, Console.Error, stop);
    }

    builder.Services.ConfigureHttpJsonOptions(options => JsonConventions.Configure(options.SerializerOptions));
    builder.Services.AddApiPaths();
    builder.Services.AddSingleton(TimeProvider.System);
    builder.Services.AddProblems();
    builder.Services.AddAccess();
    builder.Services.AddLimits();
    builder.Services.AddCompression();
    builder.Services.AddStore(builder.Configuration);
    builder.Services.AddDatasets();
    builder.Services.AddSingleton<CheckpointStore>();
    builder.Services.AddSingleton<FilmStore>();
    builder.Services.AddSingleton<TagStore>();
    builder.Services.AddSingleton<ExperimentStore>();
    builder.Services.AddSingleton<ReportMethodBuilder>();
    builder.Services.AddSingleton<ReportBuilder>();
    builder.Services.AddSingleton<EvaluationStore>();
    builder.Services.AddSingleton<EvaluationCreation>();
    builder.Services.AddSingleton<DatasetBaselines>();
    builder.Services.AddSingleton<EvaluationRunner>();
    builder.Services.AddSingleton<VerificationStore>();
    builder.Services.AddSingleton<VerificationCreation>();
    builder.Services.AddSingleton<VerificationPlanner>();
    builder.Services.AddSingleton<VerificationRunner>();
    builder.Services.AddSingleton<CardBuilder>();
    builder.Services.AddSingleton<IdempotencyKeys>();
    builder.Services.AddJobs(builder.Configuration);
    builder.Services.AddSingleton<ImageDecoder>();
    builder.Services.AddSingleton<ModelCache>();
    builder.Services.AddSingleton<InputEntityTags>();
    builder.Services.AddSingleton<ImageInputReader>();
    builder.Services.AddSingleton<CodeInputReader>();
    builder.Services.AddSingleton<FilmRenderer>();
    builder.Services.AddSingleton<BatchInputReader>();
    if (builder.Configuration.Role() != ProcessRole.Worker)
    {
        builder.Services.AddHostedService<WarmUp>();
        builder.Services.AddHostedService<DatasetFetcher>();
        builder.Services.AddHostedService<Retention>();
    }

    builder.Services.AddSingleton<StoreHealth>().AddSingleton<RememberedHealth>();
    builder.Services.AddHealthChecks().AddCheck<RememberedHealth>("store", tags: [StoreHealth.Tag]);
    builder.Services.AddTelemetry(builder.Configuration);
    builder.Services.AddOpenApiDocument();
    builder.Services.LeaveStartFailuresToTheCaller();

    if (builder.Services.SettingsViolation(builder.Configuration) is { } wrongSetting)
    {
        await Console.Error.WriteLineAsync(wrongSetting);
        return 1;
    }

    WebApplication app = builder.Build();
    if (!OpenApiCommand.IsNamedBy(args))
    {
        app.CheckSettings();
        await app.Services.MigrateStoreAsync(stop);
    }

    app.UsePathPrefix();
    app.UseRouting();
    app.UseConnectionBound();
    app.UseProblems();
    app.UseCacheHeaders();
    app.UseAccess();
    app.UseLimits();
    app.UseStrictQueries();
    app.UseBodyCodings();
    app.UseCompression();
    app.UseLastSend();
    if (app.Configuration.Role() != ProcessRole.Worker)
    {
        RouteGroupBuilder api = app.MapGroup("").WithHead().WithTickets().WithStrictQuery().WithBodyCodings().WithLimits().WithProblems();
        RouteGroupBuilder stored = api.MapGroup("").UsesStore();
        app.MapPage();
        app.MapOpenApiDocument();
        stored.MapJobs();
        stored.MapEvents();
        stored.MapFilms();
        stored.MapExperiments();
        stored.MapEvaluations();
        stored.MapEvaluationImages();
        stored.MapVerifications();
        stored.MapCheckpoints();
        stored.MapCards();
        stored.MapTags();
        stored.MapReconstructions();
        stored.MapLayers();
        stored.MapLayerValues();
        stored.MapActivations();
        stored.MapScores();
        stored.MapKernels();
        stored.MapCodes();
        stored.MapDatasetCodes();
        stored.MapInterpolation();
        stored.MapDatasets();
        stored.MapTickets();
        api.MapArchitectures();
        api.MapCaller();
        app.MapDashboard();
    }

    app.MapHealth();
    app.MapMetrics();
    if (OpenApiCommand.IsNamedBy(args))
    {
        return await OpenApiCommand.RunAsync(app, args, Console.Out);
    }

    await app.ServeAsync(stop);
    return 0;
}
