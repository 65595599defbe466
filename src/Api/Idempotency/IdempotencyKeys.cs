using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Idempotency;

/// <summary>A request that makes something, with or without an <c>Idempotency-Key</c>.</summary>
/// <param name="Key">Null where it has none.</param>
/// <param name="Answer">What is answered without making anything: the first answer under the key, or the problem with the key; else
/// null.</param>
internal sealed record IdempotentRequest(string Caller, string? Key, string Fingerprint, IResult? Answer = null)
{
    /// <summary>
    /// The row that keeps the answer, written in the transaction that makes what the answer speaks of; null without a
    /// key.
    /// </summary>
    public IdempotencyRow? Row(int status, string location, object body) =>
        Key is null
            ? null
            : new()
            {
                Caller = Caller,
                Key = Key,
                Request = Fingerprint,
                Status = status,
                Location = location,
                Body = JsonSerializer.Serialize(body, JsonConventions.Json),
                CreatedAt = DateTime.UtcNow,
            };
}

/// <summary>
/// Makes a POST safe to repeat: what was made under a key is answered again, word for word, for 24 hours
/// (draft-ietf-httpapi-idempotency-key-header). Answers that made nothing are not kept: a retry may do better.
/// </summary>
internal sealed partial class IdempotencyKeys(IDbContextFactory<AppDbContext> stores)
{
    public const string Header = "Idempotency-Key";

    public const string Pattern = "^[!-~]{1,255}$";

    private static readonly TimeSpan s_kept = TimeSpan.FromHours(24);

    /// <summary>Looks whether the request was answered before.</summary>
    /// <param name="content">What decides, path aside, what is made.</param>
    public async Task<IdempotentRequest> BeginAsync(HttpContext context, ReadOnlyMemory<byte> content, CancellationToken token)
    {
        string? key = context.Request.Headers[Header];
        var request = new IdempotentRequest(context.IdOrAddress(), key, key is null ? "" : Fingerprint(context.Request, content.Span));
        return key is null ? request
            : !Visible().IsMatch(key)
                ? request with
                {
                    Answer = Problems.Invalid(Header, "must be 1 to 255 visible ASCII characters without a space, such as a UUID."),
                }
            : request with { Answer = await FirstAnswerAsync(request, token) };
    }

    /// <summary>The answer to a request whose key was taken by another one while this one was about to be carried out.</summary>
    public async Task<IResult> RepeatAsync(IdempotentRequest request, CancellationToken token) =>
        await FirstAnswerAsync(request, token)
        ?? Problems.Conflict($"The key '{request.Key}' was taken by a request whose answer is gone. Try again.");

    /// <summary>The answer that was given under this key before, or null. Keys past their time are forgotten first.</summary>
    private async Task<IResult?> FirstAnswerAsync(IdempotentRequest request, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        DateTime expired = DateTime.UtcNow - s_kept;
        if (await store.IdempotencyKeys.AnyAsync(row => row.CreatedAt < expired, token))
        {
            await store.IdempotencyKeys.Where(row => row.CreatedAt < expired).ExecuteDeleteAsync(token);
        }

        IdempotencyRow? first = await store
            .IdempotencyKeys.AsNoTracking()
            .FirstOrDefaultAsync(row => row.Caller == request.Caller && row.Key == request.Key, token);
        return first is null ? null
            : first.Request == request.Fingerprint ? new Repeated(first)
            : Problems.KeyReused(
                $"The key '{request.Key}' was used with another request within the last 24 hours. Use a new key for a new request.");
    }

    private static string Fingerprint(HttpRequest request, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    [GeneratedRegex(Pattern)]
    private static partial Regex Visible();

    private sealed class Repeated(IdempotencyRow first) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            HttpResponse response = httpContext.Response;
            response.StatusCode = first.Status;
            response.Headers.Location = first.Location;
            if (first.Status == StatusCodes.Status202Accepted)
            {
                response.Headers.RetryAfter = Polling.RetryAfter;
            }

            response.ContentType = "application/json; charset=utf-8";
            await response.WriteAsync(httpContext.Request.PrefixedJson(first.Body), httpContext.RequestAborted);
        }
    }
}

internal static class IdempotencyConventions
{
    /// <summary>Declares that the endpoint takes the header, and the problems with it.</summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder endpoint) => endpoint
        .TakesHeader(
            IdempotencyKeys.Header,
            "Makes a retry safe: for 24 hours the same key with the same request gets the first response again; with another request, 422. "
            + "A UUID is a good key.",
            "0b9f6c1e-7d0c-4f3e-9a52-6b1b7a3f2c11",
            IdempotencyKeys.Pattern)
        .ProducesProblems(ProblemType.InvalidFields, ProblemType.Conflict, ProblemType.KeyReused);
}
