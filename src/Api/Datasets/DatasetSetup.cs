using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

internal static class DatasetSetup
{
    public static void AddDatasets(this IServiceCollection services)
    {
        services.AddOptions<DatasetOptions>().BindConfiguration(DatasetOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<IValidateOptions<DatasetOptions>, Mirrors>();
        MirrorDownload.AddClient(services);
        services.AddSingleton<MirrorDownload>();
        services.AddSingleton<BuiltInDatasets>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<DatasetFetches>();
        services.AddSingleton<DatasetCache>();
        services.AddSingleton<DatasetCatalog>();
        services.AddSingleton<Staging>();
        services.AddSingleton<DatasetUploads>();
    }

    private sealed class Mirrors : IValidateOptions<DatasetOptions>
    {
        public ValidateOptionsResult Validate(string? name, DatasetOptions options) =>
            options.Violation() is { } violation ? ValidateOptionsResult.Fail(violation) : ValidateOptionsResult.Success;
    }
}
