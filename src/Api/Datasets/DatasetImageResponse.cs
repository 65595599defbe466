using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Datasets;

/// <summary>One image of a data set.</summary>
/// <param name="Index">Index of the image in the split, from 0.</param>
/// <param name="Label">Label of the image, 0 to 255; null in a data set without labels.</param>
/// <param name="LabelName">Name of the folder that the label stands for; null where labels are numbers, or there are none.</param>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Pixels">Values of the image, channel by channel, row by row: 0 background, 1 ink.</param>
internal sealed record DatasetImageResponse(
    int Index,
    int? Label,
    string? LabelName,
    [property: Length(3, 3)] int[] Shape,
    [property: ItemBounds(0, 1)]
    [property: Length(TrainingSettingsValidator.MinImageValues, TrainingSettingsValidator.MaxImageValues)]
    float[] Pixels)
{
    public static DatasetImageResponse Of(Dataset data, DatasetSplit set, int index) => new(
        index,
        data.HasLabels ? set.Label(index) : null,
        data.LabelNames?[set.Label(index)],
        set.Shape.ToArray(),
        ImageInputReader.ToUnit(set.Image(index)));
}

/// <summary>Labels of consecutive images of a data set.</summary>
/// <param name="First">Index of the first image in the split, from 0.</param>
/// <param name="Labels">Label of each image, 0 to 255.</param>
/// <param name="Names">Names of the folders that labels stand for, by their values; null where labels are numbers.</param>
internal sealed record DatasetLabelsResponse(int First, [property: ItemBounds(0, 255)] int[] Labels, IReadOnlyList<string>? Names);
