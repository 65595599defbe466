using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Jobs;

/// <summary>The points of a job's losses: all, read a page at a time; or as many as an image can show. A job may have 100,000.</summary>
internal static class LossCurve
{
    private const int PagePoints = 2_000;
    private const int MaxDrawn = 1_000;

    public static async IAsyncEnumerable<MetricPoint> PointsAsync(
        Guid job, IDbContextFactory<AppDbContext> stores, [EnumeratorCancellation] CancellationToken token)
    {
        for (int after = -1; ;)
        {
            MetricPoint[] page = await PageAsync(job, after, stores, token);
            foreach (MetricPoint point in page)
            {
                yield return point;
            }

            if (page.Length < PagePoints)
            {
                yield break;
            }

            after = page[^1].Step;
        }
    }

    /// <summary>As RFC 4180 has it, in UTF-8; what is not finite is left empty.</summary>
    public static async Task WriteCsvAsync(IAsyncEnumerable<MetricPoint> points, Stream body)
    {
        await using var csv = new StreamWriter(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true)
        {
            NewLine = "\r\n",
        };
        await csv.WriteLineAsync("step,trainLoss,validationLoss,deadUnits,elapsedSeconds");
        await foreach (MetricPoint p in points)
        {
            await csv.WriteLineAsync(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{p.Step},{Finite(p.TrainLoss)},{Finite(p.ValidationLoss)},{p.DeadUnits},{p.ElapsedSeconds}"));
        }

        static double? Finite(double? loss) => loss is { } value && double.IsFinite(value) ? value : null;
    }

    /// <summary>Evenly spaced points, some <see cref="MaxDrawn"/> at most, the last one among them.</summary>
    public static async Task<LossPoint[]> ThinnedAsync(JobRow job, IDbContextFactory<AppDbContext> stores, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        IQueryable<MetricRow> points = store.Metrics.AsNoTracking().Where(point => point.JobId == job.Id);
        int last = await points.MaxAsync(point => (int?)point.Step, token) ?? 0;
        int every = job.Settings.EvaluateEvery;
        int stride = every * Math.Max(1, (int)Math.Ceiling(last / ((double)every * MaxDrawn)));
        return await points
            .Where(point => point.Step % stride == 0 || point.Step == last)
            .OrderBy(point => point.Step)
            .Select(point => new LossPoint(point.Step, point.TrainLoss, point.ValidationLoss))
            .ToArrayAsync(token);
    }

    private static async Task<MetricPoint[]> PageAsync(Guid job, int after, IDbContextFactory<AppDbContext> stores, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Metrics
            .Where(row => row.JobId == job && row.Step > after)
            .OrderBy(row => row.Step)
            .Take(PagePoints)
            .Select(row => new MetricPoint(row.Step, row.TrainLoss, row.ValidationLoss, row.DeadUnits, row.ElapsedSeconds))
            .ToArrayAsync(token);
    }
}
