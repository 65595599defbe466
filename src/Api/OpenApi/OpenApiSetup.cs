using System.Reflection;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

internal static class OpenApiSetup
{
    public const string DocumentName = "v1";

    private const string Name = "{documentName:regex(^" + DocumentName + "$)}"; // the routes of two versions must not match one path

    private const string TicketScheme = "Ticket";

    private const string Description = """
        Train convolutional autoencoders on MNIST-like digits, reconstruct images, and inspect every layer.

        ## First steps

        Trained examples come with the service, so that everything under *Model inspection* can be tried before anything is trained.

        1. `GET /v1/checkpoints/example-strided/layers/code/tiles.png` renders the code of a test digit.
        2. `POST /v1/checkpoints/example-strided/reconstruction.png` reconstructs an image of yours.
        3. `POST /v1/training-jobs` trains a network. `GET /v1/training-jobs/{id}` reports its progress; poll after `Retry-After`, or read
           `/events`.
        4. `latest` and `best` then name the trained networks, and a tag any other, wherever a path takes a checkpoint.

        ## Conventions

        Bodies are JSON unless they are images or files. Unknown fields and parameters are rejected. Ids are UUIDs of version 7, sortable by
        creation time; times are ISO 8601 in UTC; a loss is a mean squared error per pixel, pixels from 0 (background) to 1 (ink). A path
        that ends in `.png` returns a PNG whatever `Accept` says. Callers on the same machine need no key while none is configured; others
        send theirs in `X-API-Key`.

        ## Errors

        Every error is `application/problem+json` (RFC 9457). `type` identifies the error and never changes its meaning, `detail` states the
        remedy, `errors` names each invalid field, `traceId` identifies the request in the log.

        | status | what to do |
        |---|---|
        | 400, 406, 415, 422 | correct the request |
        | 401, 403 | send a key, or one with the role |
        | 404, 405 | correct the path |
        | 409, 412 | read the current state, then decide |
        | 408, 413 | send less, or faster |
        | 429, 503 | repeat after `Retry-After` seconds |
        | 500 | report it: a fault of the service |

        Each operation lists its types as examples of its responses. docs/api.md and docs/errors.md in the source are the guide.
        """;

    /// <summary>Groups of operations, in the order in which a user meets them.</summary>
    private static readonly OpenApiTag[] s_tags =
    [
        new() { Name = "Training jobs", Description = "Create, follow, cancel and delete trainings." },
        new() { Name = "Checkpoints", Description = "Networks that jobs have written or users have imported." },
        new() { Name = "Model inspection", Description = "Reconstructions, codes, feature maps and kernels of a checkpoint." },
        new() { Name = "Evaluations", Description = "What a network has understood: losses, labels, anomalies, and a map of its codes." },
        new() { Name = "Verifications", Description = "Train a checkpoint again and compare, bit for bit." },
        new() { Name = "Experiments", Description = "Create jobs together and compare them." },
        new() { Name = "Tags", Description = "Names for checkpoints. A tagged checkpoint cannot be deleted." },
        new() { Name = "Data sets", Description = "Images to train on." },
        new() { Name = "Access", Description = "The caller and its role." },
    ];

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(DocumentName, new OpenApiInfo
            {
                Title = "AutoencoderApi",
                Version = "v1",
                Description = Description,
                Contact = new OpenApiContact { Name = "Operator of this service" },
            });
            options.AddServer(new OpenApiServer { Url = "/", Description = "The service that this document comes from." });
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            foreach (string assembly in (string[])["AutoencoderApi.Api", "AutoencoderApi.Training", "AutoencoderApi.Domain"])
            {
                options.IncludeXmlComments(Assembly.Load(assembly));
            }

            options.DocInclusionPredicate((_, operation) => operation.HttpMethod != HttpMethods.Head); // which is there wherever GET is
            options.OrderActionsBy(Order);
            options.SchemaFilter<SchemaFilter>();
            options.OperationFilter<RequestOperationFilter>();
            options.OperationFilter<ResponseOperationFilter>();
            options.OperationFilter<TicketOperationFilter>();
            options.DocumentFilter<DocumentFilter>();
            options.AddSecurityDefinition(ApiKeyAuthenticationHandler.SchemeName, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = ApiKeyAuthenticationHandler.Header,
                Description = "A key from the command 'keys create'. Callers on the same machine need none while no key is configured.",
            });
            options.AddSecurityDefinition(TicketScheme, new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Query,
                Name = TicketQuery.Parameter,
                Description = "A ticket from `POST /v1/tickets`, for requests in which a browser sends no key: event streams and images.",
            });
            options.AddSecurityRequirement(document => new OpenApiSecurityRequirement
            {
                [new OpenApiSecuritySchemeReference(ApiKeyAuthenticationHandler.SchemeName, document)] = [],
            });
        });
    }

    public static void MapOpenApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapSwagger($"/openapi/{Name}.json", options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.PreSerializeFilters.Add(FollowPrefix);
            })
            .RequireAuthorization(Roles.Reader)
            .WithHead();
        app.MapSwagger($"/openapi/{Name}-3.0.json", options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
            options.PreSerializeFilters.Add(FollowPrefix);
            options.PreSerializeFilters.Add((document, _) => OpenApi30.Rewrite(document));
        }).RequireAuthorization(Roles.Reader).WithHead();
        app.MapSwaggerUI("swagger", options =>
        {
            options.SwaggerEndpoint("../openapi/v1.json", "v1"); // from the page's own address, whatever stands before it
            options.DocumentTitle = "AutoencoderApi";
        }).RequireAuthorization(Roles.Reader).WithPagePolicy(SecurityHeadersMiddleware.Swagger).WithHead();
    }

    private static void FollowPrefix(OpenApiDocument document, HttpRequest request)
    {
        if (request.PathBase.HasValue)
        {
            document.Servers![0].Url = request.PathBase;
        }
    }

    private static string Order(ApiDescription operation)
    {
        string tag = operation.ActionDescriptor.EndpointMetadata.OfType<ITagsMetadata>().Last().Tags[0];
        return $"{Array.FindIndex(s_tags, each => each.Name == tag)}";
    }

    /// <summary>Lets a ticket stand for the key where the endpoint takes one.</summary>
    private sealed class TicketOperationFilter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<TicketMetadata>().Any())
            {
                operation.Security = [.. ((string[])[ApiKeyAuthenticationHandler.SchemeName, TicketScheme]).Select(scheme =>
                    new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] })];
            }
        }
    }

    private sealed class DocumentFilter : IDocumentFilter
    {
        public void Apply(OpenApiDocument document, DocumentFilterContext context)
        {
            document.Tags = s_tags.ToHashSet();
            document.ExternalDocs = new OpenApiExternalDocs
            {
                Description = "The article whose networks are trained: "
                    + "Tensorflow Day18 Convolutional Autoencoder (c1mone, 2017, in Chinese)",
                Url = new Uri("https://github.com/c1mone/Tensorflow-101"),
            };
        }
    }
}
