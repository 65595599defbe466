using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// A trainer on a thread of its own, and its events. Disposing of it stops the trainer, whether or not its events have been read, and
/// returns once the thread has ended: nothing of a run outlives its job.
/// </summary>
internal sealed class TrainingThread : IAsyncDisposable
{
    private readonly RunEvents _events;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _abandoned = new(); // nobody reads the events any more
    private readonly Task _thread;

    /// <param name="maxEventBytes">How far training may run ahead of a slow store: see <see cref="RunEvents"/>.</param>
    /// <param name="stop">Asks the trainer to stop, after which it tells how it has ended.</param>
    public TrainingThread(Trainer trainer, long maxEventBytes, CancellationTokenSource stop)
    {
        _events = new RunEvents(maxEventBytes);
        _stop = stop;
        _thread = Task.Factory.StartNew(() => Run(trainer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The events until the trainer has ended; throws what it has thrown.</summary>
    public IAsyncEnumerable<TrainingEvent> Events => _events.ReadAllAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _abandoned.CancelAsync();
        await _thread;
        _abandoned.Dispose();
        _events.Dispose();
    }

    private void Run(Trainer trainer)
    {
        try
        {
            foreach (TrainingEvent happened in trainer.Train(_stop.Token))
            {
                _events.Write(happened, _abandoned.Token); // this thread is training's own
            }

            _events.Complete(null);
        }
        catch (Exception fault) // for the reader of the events
        {
            _events.Complete(fault);
        }
    }
}
