using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Jobs;

/// <summary>What a request for a training job must hold to beyond the bounds of its settings.</summary>
internal static class TrainingJobRules
{
    private const string LabelsField = "labels";

    public const string NoDataset = "there is no such data set; GET /v1/datasets lists them.";

    /// <summary>Of a request that creates jobs.</summary>
    public static readonly ProblemType[] Refusals = [ProblemType.InvalidFields, ProblemType.DatasetUnavailable, ProblemType.Unprocessable];

    /// <summary>The job that may be made, with every value resolved; or the problem with the request.</summary>
    public static async Task<Result<PlannedJob, ProblemHttpResult>> CheckAsync(
        TrainingJobRequest request, DatasetCatalog datasets, CheckpointStore checkpoints, JobLimits bounds, CancellationToken token)
    {
        if (!(await ResolveAsync(request, datasets, bounds, token)).TryGet(
                out PlannedJob? job,
                out Dictionary<string, string>? violations))
        {
            return Problems.Invalid(violations);
        }

        return
            (await CheckDatasetsAsync([job.Settings], datasets, token) ?? await ProblemAsync(job.Name, job.Settings, checkpoints, token))
                is { } problem
            ? problem
            : job;
    }

    /// <summary>The request's job with every value resolved; or what is wrong with it, by field.</summary>
    public static async Task<Result<PlannedJob, Dictionary<string, string>>> ResolveAsync(
        TrainingJobRequest request, DatasetCatalog datasets, JobLimits bounds, CancellationToken token)
    {
        string dataset = request.Dataset ?? await datasets.DefaultAsync(token);
        DatasetSize? size = await datasets.SizeOfAsync(dataset, token);
        TrainingSettings settings = request.Resolve(dataset, size?.Shape ?? DigitPreparation.Shape);
        Dictionary<string, string> violations = Violations(request, settings, size, bounds);
        return violations.Count > 0 ? violations
            : await LabelViolationAsync(settings, datasets, token) is { } rule
                ? new Dictionary<string, string> { [LabelsField] = rule }
            : Planned(request, settings, bounds);
    }

    /// <summary>
    /// What is wrong with the labels of a job for its data set; null where all is well, or the data set is yet to be fetched.
    /// </summary>
    private static async Task<string?> LabelViolationAsync(TrainingSettings settings, DatasetCatalog datasets, CancellationToken token)
    {
        return settings.Labels is { } labels
            && (await datasets.AskAsync(settings.Dataset, mayRequest: false, token)).TryGet(out Dataset? dataset, out _)
                ? dataset.LabelFault(labels)
                : null;
    }

    /// <summary>The problem with the first of the data sets that can neither be had nor fetched, or null where none is.</summary>
    public static async Task<ProblemHttpResult?> CheckDatasetsAsync(
        IEnumerable<TrainingSettings> settings,
        DatasetCatalog datasets,
        CancellationToken token)
    {
        foreach (string name in settings.Select(each => each.Dataset).Distinct())
        {
            if (await datasets.FaultAsync(name, token) is { } reason)
            {
                return Problems.DatasetUnavailable(reason);
            }
        }

        return null;
    }

    /// <summary>
    /// The problem with a job of valid fields: a managed name, or a <c>startFrom</c> that is not there or of another
    /// shape.
    /// </summary>
    public static async Task<ProblemHttpResult?> ProblemAsync(
        string? name, TrainingSettings settings, CheckpointStore checkpoints, CancellationToken token)
    {
        if (TagNames.Managed("name", name) is { } managed)
        {
            return managed;
        }

        if (settings.CodeWidth is not null && Architectures.Of(settings.Architecture).CodeWidthRefusal is { } reason)
        {
            return Problems.Unprocessable($"codeWidth: {JsonConventions.Name(settings.Architecture)} takes none: {reason}. Leave it out.");
        }

        if (settings.StartFrom is not { } id)
        {
            return null;
        }

        return await checkpoints.FindAsync(id.ToString(), token) switch
        {
            null => Problems.Unprocessable($"startFrom: there is no checkpoint {id}. GET /v1/checkpoints lists them."),
            CheckpointRow row when !NetworkDefinition.For(row.Settings).HasShapeOf(NetworkDefinition.For(settings)) =>
                Problems.Unprocessable(
                    $"startFrom: checkpoint {id} is of another network; its architecture, channels, kernelSize, codeWidth, decoderBias "
                    + $"and denseWidths must be the job's, and its images as many-coloured, for dense of the same size."
                ),
            _ => null,
        };
    }

    private static Dictionary<string, string> Violations(
        TrainingJobRequest request, TrainingSettings settings, DatasetSize? dataset, JobLimits bounds)
    {
        var violations = new Dictionary<string, string>(TrainingSettingsValidator.Validate(settings));
        if (request.Name is not null && !TrainingSettingsValidator.IsName(request.Name))
        {
            violations["name"] = TrainingSettingsValidator.NameRule;
        }

        if (MetadataPairs.Violation(request.Metadata) is { } rule)
        {
            violations[MetadataPairs.Field] = rule;
        }

        if (dataset is null)
        {
            violations["dataset"] = NoDataset;
        }

        string[] foreign = Architectures.ForeignSizeFields(settings.Architecture);
        foreach (string field in Given(request, Architectures.Of(settings.Architecture)).Intersect(foreign))
        {
            violations[field] = $"does not apply to {JsonConventions.Name(settings.Architecture)}; leave it out.";
        }

        return violations.Count > 0 ? violations : bounds.Violations(Planned(request, settings, bounds), dataset!);
    }

    /// <param name="settings">The request's, within <see cref="TrainingSettingsValidator"/>.</param>
    private static PlannedJob Planned(TrainingJobRequest request, TrainingSettings settings, JobLimits bounds) =>
        new(request.Name, settings, request.Film ?? bounds.IsFilmedByDefault(settings))
        {
            Metadata = MetadataPairs.ToTexts(request.Metadata),
        };

    /// <summary>The fields for sizes that the request has and that may not apply; a refused code width has a problem of its own.</summary>
    private static IEnumerable<string> Given(TrainingJobRequest request, ArchitectureDescriptor descriptor)
    {
        (string Field, bool IsGiven)[] fields =
        [
            (SizeFields.Channels, request.Channels is not null),
            (SizeFields.KernelSize, request.KernelSize is not null),
            (SizeFields.DenseWidths, request.DenseWidths is not null),
            (SizeFields.CodeWidth, request.CodeWidth is not null && descriptor.CodeWidthRefusal is null),
        ];
        return fields.Where(field => field.IsGiven).Select(field => field.Field);
    }
}
