namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A fixed number of threads, the caller's among them, that do a piece of work together. Which thread does which part never
/// changes, so sums come out the same each time.
/// </summary>
internal sealed class Team : IDisposable
{
    private readonly ManualResetEventSlim[] _starts; // one for each thread but the caller's
    private readonly CountdownEvent _done;
    private Action<int>? _work; // null: the threads end

    public Team(int size)
    {
        Size = size;
        _starts = [.. Enumerable.Range(1, size - 1).Select(_ => new ManualResetEventSlim())];
        _done = new CountdownEvent(Math.Max(size - 1, 1));
        for (int i = 0; i < _starts.Length; i++)
        {
            int part = i + 1;
            new Thread(() => Serve(part)) { IsBackground = true, Name = $"training {part}" }.Start();
        }
    }

    public int Size { get; }

    /// <summary>Calls <paramref name="work"/> with 0, 1, ..., Size - 1 at once, and waits for all.</summary>
    public void Do(Action<int> work)
    {
        _work = work;
        _done.Reset();
        foreach (ManualResetEventSlim start in _starts)
        {
            start.Set();
        }

        work(0);
        if (_starts.Length > 0)
        {
            _done.Wait();
        }
    }

    public void Dispose()
    {
        _work = null;
        foreach (ManualResetEventSlim start in _starts)
        {
            start.Set();
        }
    }

    private void Serve(int part)
    {
        while (true)
        {
            _starts[part - 1].Wait();
            _starts[part - 1].Reset();
            if (_work is not { } work)
            {
                return;
            }

            work(part);
            _done.Signal();
        }
    }
}
