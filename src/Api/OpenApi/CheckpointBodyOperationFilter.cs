using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Domain.Checkpoints;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Marks an operation whose body is a checkpoint file, raw or as a form's field.</summary>
internal sealed record AcceptsCheckpointMetadata;

/// <summary>Describes the body of the operation that takes a checkpoint file: it reads the body itself.</summary>
internal sealed class CheckpointBodyOperationFilter : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AcceptsCheckpointMetadata>().Any())
        {
            return;
        }

        var file = new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Format = "binary",
            Description = $"A safetensors file of at most {CheckpointFile.MaxBytes:N0} bytes, as GET /v1/checkpoints/{{reference}}/weights gives it.",
        };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType> { [CheckpointUpload.RawType] = new() { Schema = file }, ["multipart/form-data"] = new() { Schema = OpenApiSetup.ObjectWith(CheckpointUpload.Field, file) } },
        };
    }
}
