using System.Globalization;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>Marks an operation whose body is a data set: a zip of PNGs, or a form of IDX files.</summary>
internal sealed record AcceptsDatasetMetadata;

/// <summary>Describes the body of the operation that takes a data set: it reads the body itself.</summary>
internal sealed class DatasetBodyOperationFilter(IOptions<LimitsOptions> limits) : IOperationFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<AcceptsDatasetMetadata>().Any())
        {
            return;
        }

        LimitsOptions bounds = limits.Value;
        OpenApiSchema zip = File(string.Create(
            CultureInfo.InvariantCulture,
            $"A zip of at most {bounds.DatasetUploadBytes:N0} bytes with 3 to {bounds.DatasetPictures:N0} PNGs of one size, "
            + $"both sides multiples of 4 up to {bounds.DatasetSide} pixels. Folders may name the split (`train`, `validation`, `test`, and other usual names) "
            + $"and the label (0 to 255, or a class by name): see docs/datasets.md."));
        OpenApiSchema form = OpenApiSetup.ObjectWith(IdxFormReader.Images, File("An IDX file of bytes, plain or gzip: [count, height, width], or [count, channels, height, width]."));
        form.Properties![IdxFormReader.Labels] = File("An IDX file of one byte for each of the `images`.");
        form.Properties[IdxFormReader.TestImages] = File("The test split, of the same shape; without it one is drawn from the `images`.");
        form.Properties[IdxFormReader.TestLabels] = File("An IDX file of one byte for each of the `testImages`.");
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [DatasetUploads.ZipType] = new() { Schema = zip },
                [FileForm.MediaType] = new() { Schema = form },
            },
        };
    }

    private static OpenApiSchema File(string description) => new() { Type = JsonSchemaType.String, Format = "binary", Description = description };
}
