using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Models;

/// <summary>From a checkpoint's name to its loaded network.</summary>
internal sealed class ModelInspection(CheckpointStore checkpoints, ModelCache models, TimeProvider time)
{
    /// <summary>Of a request that inspects a checkpoint's network.</summary>
    public static readonly ProblemType[] Refusals = [ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged, ProblemType.MemoryFull];

    public async Task<(ModelCache.Lease? Rent, ProblemHttpResult? Problem)> OpenAsync(string reference, CancellationToken token)
    {
        if (Guid.TryParse(reference, out Guid id) && models.LeaseIfSeen(id) is { } seen)
        {
            return (seen, null);
        }

        long requestedAt = time.GetTimestamp();
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return (null, Problems.CheckpointNotFound(reference));
        }

        return await models.LeaseAsync(row, requestedAt, token);
    }

    /// <summary>What <paramref name="show"/> makes of the checkpoint's network and a digit, or the problem with getting one of them.</summary>
    public async Task<IResult> ShowAsync(string reference, Func<Model, Task<ImageInput>> readDigit, Func<Model, ImageInput.Accepted, IResult> show, CancellationToken token)
    {
        (ModelCache.Lease? lease, ProblemHttpResult? problem) = await OpenAsync(reference, token);
        using (lease)
        {
            return lease is null ? problem! : await readDigit(lease.Model) switch
            {
                ImageInput.Refused refused => refused.Problem,
                ImageInput.Accepted digit => show(lease.Model, digit),
                _ => throw new InvalidOperationException("unreachable"),
            };
        }
    }

    /// <summary>Mean squared error per value of two images.</summary>
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

internal static class ModelInspectionConventions
{
    /// <summary>A group of endpoints that open the network of the checkpoint in their path.</summary>
    public static RouteGroupBuilder MapModelInspection(this IEndpointRouteBuilder app, string prefix) => app.MapGroup(prefix)
        .WithTags("Model inspection")
        .RequireRole(Roles.Reader)
        .ProducesProblems(ModelInspection.Refusals);

    /// <summary>Lets an endpoint answer with a figure as PNG, or with the same in numbers where the caller prefers JSON.</summary>
    public static RouteHandlerBuilder ProducesFigureOr<T>(this RouteHandlerBuilder endpoint, string description) => endpoint
        .Produces<T>(200, "image/png", "application/json")
        .Answers(200, description)
        .VariesBy(HeaderNames.Accept)
        .ProducesProblems(FigureSizeLimit.Refusals);
}
