using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Limits;

/// <summary>The bytes that one request holds, until its answer is sent or they are returned.</summary>
internal sealed class RequestMemory(MemoryBudget budget, string caller) : IDisposable
{
    /// <summary>Of a request that asks for memory.</summary>
    public static readonly ProblemType[] Refusals = [ProblemType.TooMuchMemory, ProblemType.TooManyRequests, ProblemType.MemoryFull];

    private const int RetrySeconds = 1;

    private long _held;

    /// <summary>Takes <paramref name="bytes"/> more.</summary>
    /// <returns>Null; or, where nothing was taken, the problem that says so.</returns>
    public ProblemHttpResult? Take(long bytes)
    {
        switch (budget.Take(caller, bytes))
        {
            case MemoryGrant.Granted:
                Interlocked.Add(ref _held, bytes);
                return null;
            case MemoryGrant.TooMuch:
                return Problems.TooMuchMemory(
                    $"It takes {bytes} bytes, and a request may have {budget.Share} (three quarters of Limits:MemoryMebibytes). Ask for "
                    + $"less, or send less."
                );
            case MemoryGrant.CallerFull:
                return Problems.TooManyRequests(
                    "Your requests that are not answered yet hold as much memory as one caller may. Send them one after another.",
                    RetrySeconds);
            default:
                return Problems.MemoryFull(RetrySeconds);
        }
    }

    public void Return(long bytes)
    {
        Interlocked.Add(ref _held, -bytes);
        budget.Return(caller, bytes);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _held, 0) is > 0 and var held)
        {
            budget.Return(caller, held);
        }
    }
}

internal static class RequestMemoryAccess
{
    /// <summary>The request's memory, returned once its answer is sent.</summary>
    public static RequestMemory Memory(this HttpContext context)
    {
        if (context.Features.Get<RequestMemory>() is { } there)
        {
            return there;
        }

        var memory = new RequestMemory(context.RequestServices.GetRequiredService<MemoryBudget>(), context.IdOrAddress());
        context.Features.Set(memory);
        context.Response.RegisterForDispose(memory);
        return memory;
    }
}
