using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Tests.OpenApi;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// The real service on a real socket, with a store of its own in a temporary folder. One in the whole test process:
/// Hangfire keeps its storage and its log in static fields.
/// </summary>
public sealed class Service : WebApplicationFactory<Program>
{
    /// <summary>A request header that makes the service believe the connection comes from that address.</summary>
    public const string PretendedAddress = "X-Pretended-Address";

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public Service()
    {
        UseKestrel(0);
        StartServer();
        Client = new ServiceClient(CreateClient());
    }

    public ServiceClient Client { get; }

    /// <summary>Which operation has answered with which status, and of an error with which type of problem.</summary>
    internal ConcurrentDictionary<(string Operation, int Status, string? Problem), bool> Answers { get; } = [];

    public string Folder => _folder;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("Store:Folder", _folder);
        builder.UseSetting("Training:Threads", "2");
        builder.UseSetting("Limits:FigurePixels", "4000000");
        builder.UseSetting("Datasets:Mnist:Mirrors:0", ""); // no test reaches out of the machine
        builder.UseSetting("Datasets:FashionMnist:Mirrors:0", "");
        builder.ConfigureServices(services => services
            .AddSingleton<IStartupFilter, PretendAddress>()
            .AddSingleton<IStartupFilter>(new NoteAnswers(Answers))
            .Insert(0, ServiceDescriptor.Singleton<IProblemDetailsWriter, NotingProblemWriter>()));
    }

    public override async ValueTask DisposeAsync()
    {
        Hangfire.Logging.LogProvider.SetCurrentLogProvider(null); // a static field: tests after this host must not find its logger
        await base.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class NoteAnswers(ConcurrentDictionary<(string, int, string?), bool> answers) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, proceed) =>
            {
                await proceed(context);
                Endpoint? endpoint = context.Features.Get<IExceptionHandlerFeature>()?.Endpoint ?? context.GetEndpoint();
                if (endpoint?.Metadata.GetMetadata<IEndpointNameMetadata>() is { EndpointName: var operation })
                {
                    answers.TryAdd((operation, context.Response.StatusCode, NotingProblemWriter.TypeOf(context)), true);
                }
            });
            next(app);
        };
    }

    /// <summary>The service's own writer, which notes the type of the problem that it has written.</summary>
    private sealed class NotingProblemWriter(IOptions<JsonOptions> json) : IProblemDetailsWriter
    {
        private static readonly object s_type = new();

        private readonly ProblemWriter _writer = new(json);

        public static string? TypeOf(HttpContext context) => (string?)context.Items[s_type];

        public bool CanWrite(ProblemDetailsContext context) => _writer.CanWrite(context);

        public async ValueTask WriteAsync(ProblemDetailsContext context)
        {
            await _writer.WriteAsync(context);
            context.HttpContext.Items[s_type] = context.ProblemDetails.Type;
        }
    }

    private sealed class PretendAddress : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, proceed) =>
            {
                if (context.Request.Headers.TryGetValue(PretendedAddress, out var address))
                {
                    context.Connection.RemoteIpAddress = IPAddress.Parse(address.ToString());
                }

                return proceed(context);
            });
            next(app);
        };
    }
}

/// <summary>A service shared by a class of tests, with one small trained job of each architecture.</summary>
public sealed class TrainedService : IAsyncLifetime
{
    public static readonly string[] Architectures = ["strided", "zero-unpool", "nearest-unpool", "switch-unpool", "dense"];

    private readonly Service _host = new();

    public ServiceClient Service => _host.Client;

    public string Folder => _host.Folder;

    /// <summary>The service's own parts, for what no request can bring about.</summary>
    public IServiceProvider Inside => _host.Services;

    public Dictionary<string, JsonNode> Jobs { get; } = [];

    public string CheckpointOf(string architecture) => $"/v1/checkpoints/{Jobs[architecture]["latestCheckpoint"]}";

    public async ValueTask InitializeAsync()
    {
        foreach (string architecture in Architectures)
        {
            string job = await Service.Submit($$"""
                {"architecture":"{{architecture}}","dataset":"synthetic-digits","steps":40,"warmupSteps":20,
                "evaluateEvery":20,"checkpointEvery":20}
                """);
            Jobs[architecture] = await Service.Ended(job);
            Assert.Equal("succeeded", (string?)Jobs[architecture]["status"]);
        }
    }

    /// <summary>
    /// Checks on the way out that the OpenAPI document has every status that an operation has answered with, and of errors every type of
    /// problem.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        IReadOnlyList<Operation> operations = await Operation.All(Service);
        IEnumerable<(string, int, string?)> described = operations.SelectMany(operation =>
            operation.Answers, (operation, answer) => (operation.Id, answer.Status, answer.Problem));
        (string Operation, int Status, string? Problem)[] undescribed = [.. _host.Answers.Keys.Except(described)];
        await _host.DisposeAsync();
        Assert.True(
            undescribed.Length == 0,
            $"The OpenAPI document lacks what operations have answered with: {string.Join(", ", undescribed.Order())}");
    }
}

[CollectionDefinition(Name)]
public sealed class TrainedCollection : ICollectionFixture<TrainedService>
{
    public const string Name = "a service with trained jobs";
}
