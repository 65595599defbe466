using System.Diagnostics;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Training;
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

        return await models.RentAsync(row, asked, token);
    }

    /// <summary>What <paramref name="show"/> makes of the checkpoint's network and a digit, or the problem with getting one of them.</summary>
    public async Task<IResult> ShowAsync(string reference, Func<Model, Task<DigitRead>> readDigit, Func<Model, DigitRead.Digit, IResult> show, CancellationToken token)
    {
        (LoadedModels.Rent? rent, ProblemHttpResult? problem) = await OpenAsync(reference, token);
        using (rent)
        {
            return rent is null ? problem! : await readDigit(rent.Model) switch
            {
                DigitRead.Refused refused => refused.Problem,
                DigitRead.Digit digit => show(rent.Model, digit),
                _ => throw new InvalidOperationException("unreachable"),
            };
        }
    }

    /// <summary>Mean squared error per value of two pictures.</summary>
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
