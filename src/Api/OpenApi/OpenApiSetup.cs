using System.Globalization;
using System.Reflection;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Domain.Jobs;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

internal static class OpenApiSetup
{
    public const string DocumentName = "v1";
    public const OpenApiSpecVersion Version = OpenApiSpecVersion.OpenApi3_1;

    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc(DocumentName, new OpenApiInfo
            {
                Title = "AutoencoderApi",
                Version = "v1",
                Description = """
                    Train convolutional autoencoders on MNIST-like digits, reconstruct images, and look at the layers.

                    Bodies are JSON unless they are images or checkpoint files. Ids are UUIDs of version 7, in the order of their making; times are ISO 8601
                    in UTC; a loss is a mean squared error per pixel, pixels from 0 (background) to 1 (ink). Every error is `application/problem+json`.
                    docs/api.md beside the source is the guide.
                    """,
                Contact = new OpenApiContact { Name = "Whoever runs this service" },
            });
            options.AddServer(new OpenApiServer { Url = "/", Description = "The service that this document comes from." });
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            foreach (string assembly in (string[])["AutoencoderApi.Api", "AutoencoderApi.Training", "AutoencoderApi.Domain"])
            {
                options.IncludeXmlComments(Assembly.Load(assembly));
            }

            options.DocInclusionPredicate((_, operation) => operation.HttpMethod != HttpMethods.Head); // which is there wherever GET is
            options.DescribeSchemas();
            options.OperationFilter<ParameterOperationFilter>();
            options.OperationFilter<JsonBodies>();
            options.OperationFilter<ImageBodyOperationFilter>();
            options.OperationFilter<CheckpointBodyOperationFilter>();
            options.OperationFilter<CodeBodyOperationFilter>();
            options.OperationFilter<DatasetBodyOperationFilter>();
            options.OperationFilter<ResponseOperationFilter>();
            options.OperationFilter<HeaderDescriptions.Filter>();
            options.DocumentFilter<Tags>();
            options.DescribeKeys();
        });
    }

    public static void MapOpenApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapSwagger("/openapi/{documentName}.json", options => options.OpenApiVersion = Version)
            .RequireAuthorization(Roles.Reader).WithHead();
        app.MapSwaggerUI("swagger", options =>
        {
            options.SwaggerEndpoint("/openapi/v1.json", "v1");
            options.DocumentTitle = "AutoencoderApi";
        }).RequireAuthorization(Roles.Reader).WithPagePolicy(SecurityHeadersMiddleware.Swagger).WithHead();
    }

    /// <summary>An object with that one property, required: a form of one file, or a JSON body of one field.</summary>
    internal static OpenApiSchema ObjectWith(string name, OpenApiSchema schema) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema> { [name] = schema },
        Required = new HashSet<string> { name },
    };

    private sealed class Tags : IDocumentFilter
    {
        public void Apply(OpenApiDocument document, DocumentFilterContext context) => document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Access", Description = "Who calls, and what the caller may do." },
            new() { Name = "Checkpoints", Description = "The networks that jobs have written, and files from elsewhere." },
            new() { Name = "Data sets", Description = "What can be trained on." },
            new() { Name = "Experiments", Description = "Jobs that belong together, compared." },
            new() { Name = "Model inspection", Description = "Reconstructions, and the feature maps of each layer." },
            new() { Name = "Tags", Description = "Names for checkpoints, which guard them from deletion." },
            new() { Name = "Training jobs", Description = "Make, follow, cancel and delete trainings." },
        };
    }

    /// <summary>Shows what the body of an operation looks like that takes JSON.</summary>
    private sealed class JsonBodies : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (operation.RequestBody?.Content is { } content && context.ApiDescription.ParameterDescriptions.FirstOrDefault(parameter => parameter.Source == BindingSource.Body) is { } body)
            {
                content["application/json"].Examples = Examples.Of(body.Type, context.Document);
            }
        }
    }

    /// <summary>Describes the body of the operations that take an image: they read it themselves.</summary>
    private sealed class ImageBodyOperationFilter(IOptions<LimitsOptions> limits) : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AcceptsImageMetadata>().Any())
            {
                return;
            }

            var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = string.Create(CultureInfo.InvariantCulture, $"A PNG or JPEG of at most {limits.Value.PictureSide:N0} pixels a side, {limits.Value.PicturePixels:N0} pixels ({limits.Value.PngPixels:N0} of a PNG) and {limits.Value.PictureBytes:N0} bytes.") };
            var pixels = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0", Maximum = "1" },
                MinItems = TrainingSettingsValidator.MinImageValues,
                MaxItems = TrainingSettingsValidator.MaxImageValues,
                Description = "The values of an image of the network's `imageShape`, channel by channel, row by row, 0 background, 1 ink: 784 of a digit.",
            };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["multipart/form-data"] = new() { Schema = ObjectWith(ImageInputReader.Field, file) },
                    ["image/png"] = new() { Schema = file },
                    ["image/jpeg"] = new() { Schema = file },
                    ["application/json"] = new() { Schema = ObjectWith("pixels", pixels), Examples = Examples.Of(typeof(PixelsRequest), context.Document) },
                },
            };
        }
    }
}
