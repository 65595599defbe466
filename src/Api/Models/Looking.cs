using System.Diagnostics;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Store;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>From a checkpoint's name to its loaded network.</summary>
internal sealed class Looking(CheckpointStore checkpoints, LoadedModels models)
{
    public async Task<(LoadedModels.Rent? Rent, ProblemHttpResult? Problem)> OpenAsync(string reference, CancellationToken token)
    {
        if (Guid.TryParse(reference, out Guid id) && models.RentSeen(id) is { } seen)
        {
            return (seen, null);
        }

        long asked = Stopwatch.GetTimestamp();
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return (null, Problems.CheckpointNotFound(reference));
        }

        (LoadedModels.Rent? rent, string? damage) = await models.RentAsync(row, asked, token);
        return (rent, damage is null ? null : Problems.CheckpointDamaged(damage));
    }

    /// <summary>Mean squared error per pixel.</summary>
    public static double MeanSquaredError(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }

        return sum / a.Length;
    }
}
