using System.Collections.Concurrent;

namespace AutoencoderApi.Domain.Numerics;

/// <summary>
/// Runs what computes for long, in parallel, on threads of its own, one for each processor. On the thread pool, which has as many at
/// first, a request would wait behind it until the pool adds a thread: up to a second.
/// </summary>
public sealed class ComputeTaskScheduler : TaskScheduler
{
    private readonly BlockingCollection<Task> _tasks = [];

    private ComputeTaskScheduler()
    {
        for (int i = 0; i < MaximumConcurrencyLevel; i++)
        {
            new Thread(Run) { IsBackground = true, Name = $"Compute {i}" }.Start();
        }
    }

    public override int MaximumConcurrencyLevel { get; } = Environment.ProcessorCount;

    private static ComputeTaskScheduler Instance { get; } = new();

    /// <summary>For <see cref="Parallel"/>: on these threads and the caller's, at most so many at once.</summary>
    public static ParallelOptions Options(int threads, CancellationToken token = default) =>
        new() { TaskScheduler = Instance, MaxDegreeOfParallelism = threads, CancellationToken = token };

    protected override void QueueTask(Task task) => _tasks.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Run()
    {
        foreach (Task task in _tasks.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
        }
    }
}
