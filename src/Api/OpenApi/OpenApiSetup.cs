using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Models;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

internal static class OpenApiSetup
{
    public static void AddOpenApiDocument(this IServiceCollection services)
    {
        services.AddEndpointsApiExplorer();
        services.AddSwaggerGen(options =>
        {
            options.SwaggerDoc("v1", new OpenApiInfo
            {
                Title = "AutoencoderApi",
                Version = "v1",
                Description = "Train convolutional autoencoders on MNIST-like digits, reconstruct pictures, and look at the layers.",
            });
            options.SupportNonNullableReferenceTypes();
            options.NonNullableReferenceTypesAsRequired();
            foreach (string assembly in (string[])["AutoencoderApi.Api", "AutoencoderApi.Training", "AutoencoderApi.Domain"])
            {
                options.IncludeXmlComments(Assembly.Load(assembly));
            }

            options.SchemaFilter<WireNameFilter>();
            options.OperationFilter<PictureBodyFilter>();
            options.OperationFilter<HeaderDescriptions.Filter>();
            options.OperationFilter<CheckpointBodyFilter>();
            options.OperationFilter<CodeBodyFilter>();
            options.DescribeKeys();
        });
    }

    public static void MapOpenApiDocument(this IEndpointRouteBuilder app)
    {
        app.MapSwagger("/openapi/{documentName}.json", options => options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1).RequireAuthorization(Roles.Reader);
        app.MapSwaggerUI("swagger", options =>
        {
            options.SwaggerEndpoint("/openapi/v1.json", "v1");
            options.DocumentTitle = "AutoencoderApi";
        }).RequireAuthorization(Roles.Reader).WithPagePolicy(PageHeaders.OwnFilesOnly);
    }

    /// <summary>An object with that one property, required: a form of one file, or a JSON body of one field.</summary>
    internal static OpenApiSchema ObjectWith(string name, OpenApiSchema schema) => new()
    {
        Type = JsonSchemaType.Object,
        Properties = new Dictionary<string, IOpenApiSchema> { [name] = schema },
        Required = new HashSet<string> { name },
    };

    /// <summary>Enums are strings on the wire.</summary>
    private sealed class WireNameFilter : ISchemaFilter
    {
        public void Apply(IOpenApiSchema schema, SchemaFilterContext context)
        {
            if (context.Type.IsEnum && schema is OpenApiSchema named)
            {
                named.Type = JsonSchemaType.String;
                named.Format = null;
                named.Enum = [.. Enum.GetNames(context.Type).Select(name => (JsonNode)JsonNamingPolicy.KebabCaseLower.ConvertName(name))];
            }
        }
    }

    /// <summary>Describes the body of the operations that take a picture: they read it themselves.</summary>
    private sealed class PictureBodyFilter : IOperationFilter
    {
        public void Apply(OpenApiOperation operation, OperationFilterContext context)
        {
            if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AcceptsPictureMetadata>().Any())
            {
                return;
            }

            var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = "A PNG or JPEG of any size up to 8,192 a side and 24 megapixels." };
            var pixels = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.Number, Minimum = "0", Maximum = "1" },
                MinItems = 784,
                MaxItems = 784,
                Description = "28×28 values row by row, 0 background, 1 ink.",
            };
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    ["multipart/form-data"] = new() { Schema = ObjectWith(DigitReader.Field, file) },
                    ["image/png"] = new() { Schema = file },
                    ["image/jpeg"] = new() { Schema = file },
                    ["application/json"] = new() { Schema = ObjectWith("pixels", pixels) },
                },
            };
        }
    }
}
