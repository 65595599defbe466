using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A fixed number of threads, the caller's among them, that do pieces of work together. Which thread does which part never
/// changes, so sums come out the same each time.
/// </summary>
internal sealed class ForkJoinPool : IDisposable
{
    private const int Spins = 200; // looks, then yields, before a thread sleeps: pieces follow each other within microseconds

    private readonly ManualResetEventSlim[] _starts; // one for each thread but the caller's
    private readonly ManualResetEventSlim _done = new(false, Spins);
    private Action<int>? _work; // null: the threads end
    private int _busy;

    public ForkJoinPool(int size)
    {
        Size = size;
        _starts = [.. Enumerable.Range(1, size - 1).Select(_ => new ManualResetEventSlim(false, Spins))];
        for (int part = 1; part < size; part++)
        {
            new Thread(Serve) { IsBackground = true, Name = "training" }.Start(part);
        }
    }

    public int Size { get; }

    /// <summary>Calls <paramref name="work"/> with 0, 1, ..., Size - 1 at once, and waits for all. It must not throw.</summary>
    public void Run(Action<int> work)
    {
        (_work, _busy) = (work, _starts.Length);
        _done.Reset();
        Start();
        work(0);
        if (_starts.Length > 0)
        {
            _done.Wait();
        }
    }

    /// <summary>
    /// Calls <paramref name="work"/> at once with the bounds, from and before, of as many partitions of
    /// 0..<paramref name="count"/> as there are threads.
    /// </summary>
    public void InPartitions(int count, Action<int, int> work) =>
        Run(part =>
        {
            (int first, int end) = Partition.Of(count, part, Size, multipleOf: MicroKernel.Lanes);
            work(first, end);
        });

    public void Dispose()
    {
        _work = null;
        Start();
    }

    private void Start()
    {
        foreach (ManualResetEventSlim start in _starts)
        {
            start.Set();
        }
    }

    private void Serve(object? part)
    {
        int own = (int)part!;
        while (true)
        {
            _starts[own - 1].Wait();
            _starts[own - 1].Reset();
            if (_work is not { } work)
            {
                return;
            }

            work(own);
            if (Interlocked.Decrement(ref _busy) == 0)
            {
                _done.Set();
            }
        }
    }
}
