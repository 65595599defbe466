namespace AutoencoderApi.Api.Jobs;

/// <summary>When each worker is free, in seconds from now, as jobs are given to them in order.</summary>
internal sealed class WorkerTimeline
{
    private readonly PriorityQueue<double?, double> _freeAt = new();

    /// <param name="workers">How many there are.</param>
    /// <param name="running">Seconds that each running job still takes; null where that is not known.</param>
    public WorkerTimeline(int workers, IEnumerable<double?> running)
    {
        foreach (double? seconds in running.Concat(Enumerable.Repeat<double?>(0, workers)).Take(workers))
        {
            Add(seconds);
        }
    }

    /// <summary>Gives the next job to the worker that is free first.</summary>
    /// <param name="seconds">That the job takes; null where that is not known.</param>
    /// <returns>When the job starts; null where that is not known.</returns>
    public double? Take(double? seconds)
    {
        if (!_freeAt.TryDequeue(out double? start, out _))
        {
            return null;
        }

        Add(start + seconds);
        return start;
    }

    /// <summary>A worker of whom nobody knows when it is free comes after all others.</summary>
    private void Add(double? freeAt) => _freeAt.Enqueue(freeAt, freeAt ?? double.MaxValue);
}
