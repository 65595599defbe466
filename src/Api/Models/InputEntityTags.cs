using System.Security.Cryptography;
using System.Text;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Films;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Models;

/// <summary>
/// Gives the pictures and numbers of a GET an entity tag of all that they are made from: the bytes of the checkpoint or of a job's film,
/// those of the data set, the query, the representation and the build. So a copy is known to be current before the network runs, and no
/// tag is that of another query.
/// </summary>
internal sealed class InputEntityTags(
    ModelCache models, CheckpointStore checkpoints, FilmStore films, DatasetCatalog datasets, IOptions<TrainingOptions> training,
    TimeProvider time)
{
    /// <summary>Where a request names its inputs: positions among its handler's arguments, -1 where it has none.</summary>
    /// <param name="IsOfCheckpoint">Whether the default data set is that of the checkpoint.</param>
    internal sealed record Inputs(int Checkpoint, int Job, int Dataset, string[] Names, string[] Types, bool IsOfCheckpoint);

    // Another build, engine or width of vectors may compute other last bits from the same bytes.
    private readonly string _build = string.Join(
        ' ',
        [
            .. new[] { typeof(InputEntityTags), typeof(Model), typeof(Result<,>) }.Select(type => $"{type.Module.ModuleVersionId}"),
            $"{training.Value.Engine} {InstructionSet.Current}",
            .. typeof(Model).Assembly.GetReferencedAssemblies().Select(assembly => assembly.FullName).Order(StringComparer.Ordinal),
        ]);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next, Inputs inputs)
    {
        HttpContext context = call.HttpContext;
        if (await SourceAsync(call, inputs) is not { } source)
        {
            return await next(call); // which says what is missing
        }

        string type = inputs.Types.Skip(1).FirstOrDefault(other => context.Request.Prefers(other, over: inputs.Types[0]))
            ?? inputs.Types[0];
        string value = ValueOf(context, inputs, source, type);
        if (context.HasCopy(value, type))
        {
            return context.NotModified(value, type);
        }

        object? result = await next(call);
        if (!result.IsSuccess(context) || await SourceAsync(call, inputs) != source) // a data set was replaced meanwhile
        {
            return result;
        }

        context.Show(value, type);
        return context.Request.TakesAnyCopy() ? context.NotModified(value, type) : result;
    }

    /// <summary>The bytes that the answer is made from; null where some are missing. The handler gets the resolved names.</summary>
    private async ValueTask<string?> SourceAsync(EndpointFilterInvocationContext call, Inputs inputs)
    {
        CancellationToken token = call.HttpContext.RequestAborted;
        (string Sha256, string Dataset)? checkpoint = inputs.Checkpoint < 0
            ? ("", "")
            : await CheckpointAsync(call, inputs.Checkpoint, token);
        FilmVersion? film = inputs.Job < 0 ? null : await films.VersionAsync(call.GetArgument<Guid>(inputs.Job), token);
        string? dataset = "";
        if (inputs.Dataset >= 0 && (checkpoint is not null || !inputs.IsOfCheckpoint))
        {
            string name = call.GetArgument<string?>(inputs.Dataset)
                ?? (inputs.IsOfCheckpoint ? checkpoint!.Value.Dataset : film?.Dataset ?? await datasets.DefaultAsync(token));
            call.Arguments[inputs.Dataset] = name;
            dataset = await datasets.FingerprintAsync(name, token);
        }

        return checkpoint is not var (sha256, _) || dataset is null || (film is null && inputs.Job >= 0)
            ? null
            : string.Join(' ', (string?[])[sha256, .. film is null ? Array.Empty<string>() : [film.EntityTag], dataset]);
    }

    private async ValueTask<(string Sha256, string Dataset)?> CheckpointAsync(
        EndpointFilterInvocationContext call, int position, CancellationToken token)
    {
        string reference = call.GetArgument<string>(position);
        if (Guid.TryParse(reference, out Guid id) && models.SourceIfSeen(id) is { } seen)
        {
            return seen;
        }

        if (FilmFrameName.TryParse(reference, out FilmFrameName name))
        {
            return await films.FindAsync(name.Job, name.Step, token) is { } frame
                && await films.VersionAsync(name.Job, token) is { } film
                ? (frame.Sha256, film.Dataset)
                : null;
        }

        long askedAt = time.GetTimestamp();
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return null;
        }

        models.Saw(row.Id, askedAt);
        call.Arguments[position] = row.Id.ToString(); // a tag may move before the handler asks
        return (row.Sha256, row.Settings.Dataset);
    }

    private string ValueOf(HttpContext context, Inputs inputs, string source, string type)
    {
        var endpoint = (RouteEndpoint)context.GetEndpoint()!;
        IEnumerable<string> route = context.Request.RouteValues
            .Where(value => !inputs.Names.Contains(value.Key))
            .Select(value => $"{value.Key}={Uri.EscapeDataString($"{value.Value}")}");
        IEnumerable<string> query = context.Request.Query
            .Where(value => !inputs.Names.Contains(value.Key, StringComparer.OrdinalIgnoreCase))
            .Select(value => $"{value.Key.ToLowerInvariant()}={Uri.EscapeDataString(value.Value.ToString())}");
        string all = string.Join(
            '\n',
            [
                _build, source, type, endpoint.RoutePattern.RawText!,
                .. route.Order(StringComparer.Ordinal), "?", .. query.Order(StringComparer.Ordinal),
            ]);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all)).AsSpan(0, 16));
    }
}

/// <summary>Of an operation whose default data set is the one that the checkpoint was trained on.</summary>
internal sealed record CheckpointDatasetMetadata;

internal static class InputEntityTagConventions
{
    private const string What = "the bytes of the weights and of the data set, the query, the representation and the build";

    /// <summary>Gives the answers of every GET an entity tag of their inputs.</summary>
    /// <param name="dataset">The handler's parameter that names the data set.</param>
    public static TBuilder WithInputEntityTags<TBuilder>(this TBuilder endpoints, string dataset = "dataset")
        where TBuilder : IEndpointConventionBuilder
    {
        string[] names = ["reference", "id", dataset];
        endpoints.Add(endpoint =>
        {
            if (endpoint.Metadata.OfType<IHttpMethodMetadata>().Any(method => method.HttpMethods.Contains(HttpMethods.Get)))
            {
                ConditionalRequests.DeclareEntityTag(endpoint.Metadata, What);
                endpoint.FilterFactories.Add((factory, next) =>
                {
                    string?[] parameters = [.. factory.MethodInfo.GetParameters().Select(parameter => parameter.Name)];
                    string[] types = [.. endpoint.Metadata.OfType<IProducesResponseTypeMetadata>()
                        .Where(produced => produced.StatusCode == StatusCodes.Status200OK)
                        .SelectMany(produced => produced.ContentTypes).Distinct()];
                    var inputs = new InputEntityTags.Inputs(
                        Array.IndexOf(parameters, "reference"), Array.IndexOf(parameters, "id"), Array.IndexOf(parameters, dataset),
                        names, types, endpoint.Metadata.OfType<CheckpointDatasetMetadata>().Any());
                    InputEntityTags tags = factory.ApplicationServices.GetRequiredService<InputEntityTags>();
                    return call => tags.InvokeAsync(call, next, inputs);
                });
            }
        });
        return endpoints;
    }
}
