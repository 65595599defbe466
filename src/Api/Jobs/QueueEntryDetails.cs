using System.Globalization;
using System.Net;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using Hangfire;
using Hangfire.Dashboard;
using Hangfire.Server;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Which job a worker has claimed by an entry of Hangfire's queue: written into the entry as parameters, and shown by the dashboard with a
/// link to the job.
/// </summary>
internal static class QueueEntryDetails
{
    private const string Job = "Job", Name = "Name", Architecture = "Architecture", Dataset = "Dataset";
    private const int Order = 100; // behind Hangfire's own

    public static void Write(PerformContext? context, JobRow job)
    {
        context?.SetJobParameter(Job, job.Id);
        context?.SetJobParameter(Name, job.Name);
        context?.SetJobParameter(Architecture, JsonConventions.Name(job.Architecture));
        context?.SetJobParameter(Dataset, job.Dataset);
    }

    public static IGlobalConfiguration UseQueueEntryDetails(this IGlobalConfiguration hangfire) =>
        hangfire.UseJobDetailsRenderer(Order, details => new NonEscapedString(Html(details.JobDetails.Properties)));

    private static string Html(IDictionary<string, string> parameters)
    {
        if (Value(Job) is not { } text || !Guid.TryParse(text, out Guid id))
        {
            return "";
        }

        string rows = string.Concat(new[] { Name, Architecture, Dataset }
            .Select(name => (name, value: Value(name)))
            .Where(row => row.value is not null)
            .Select(row => string.Create(
                CultureInfo.InvariantCulture, $"<dt>{row.name}</dt><dd>{WebUtility.HtmlEncode(row.value)}</dd>")));
        return $"""
            <h3>Claimed job</h3>
            <dl class="dl-horizontal"><dt>Job</dt><dd><a href="../../..{JobLinks.Of(id).Self}">{id}</a></dd>{rows}</dl>
            """;

        string? Value(string name) => parameters.TryGetValue(name, out string? json) && json.Length > 0
            ? System.Text.Json.JsonSerializer.Deserialize<string?>(json)
            : null;
    }
}
