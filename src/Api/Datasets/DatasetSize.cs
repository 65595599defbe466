using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What a job's cost depends on in its data set.</summary>
/// <param name="Shape">Of each image.</param>
/// <param name="Validation">Images in the validation split.</param>
/// <param name="Test">Images in the test split.</param>
internal sealed record DatasetSize(TensorShape Shape, int Validation, int Test);
