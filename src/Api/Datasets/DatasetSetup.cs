using AutoencoderApi.Api.Settings;

namespace AutoencoderApi.Api.Datasets;

internal static class DatasetSetup
{
    public static void AddDatasets(this IServiceCollection services)
    {
        services.AddSettings<DatasetOptions>(DatasetOptions.Section);
        DatasetDownloader.AddClient(services);
        services.AddSingleton<DatasetDownloader>();
        services.AddSingleton<BuiltInDatasets>();
        services.AddSingleton<DatasetStore>();
        services.AddSingleton<DatasetFetches>();
        services.AddSingleton<DatasetCache>();
        services.AddSingleton<DatasetCatalog>();
        services.AddSingleton<Staging>();
        services.AddSingleton<DatasetUploads>();
    }
}
