using System.Threading.Channels;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// A trainer on a thread of its own, and its events. Disposing of it stops the trainer, whether or not its events have been read, and returns
/// once the thread has ended: nothing of a run outlives its job.
/// </summary>
internal sealed class TrainingThread : IAsyncDisposable
{
    private const int EventsAhead = 16; // how far training may run ahead of a slow store

    private readonly Channel<TrainingEvent> _events =
        Channel.CreateBounded<TrainingEvent>(new BoundedChannelOptions(EventsAhead) { SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _abandoned = new(); // nobody reads the events any more
    private readonly Task _thread;

    /// <param name="stop">Asks the trainer to stop, after which it tells how it has ended.</param>
    public TrainingThread(Trainer trainer, CancellationTokenSource stop)
    {
        _stop = stop;
        _thread = Task.Factory.StartNew(() => Run(trainer), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>The events until the trainer has ended; throws what it has thrown.</summary>
    public IAsyncEnumerable<TrainingEvent> Events => _events.Reader.ReadAllAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _abandoned.CancelAsync();
        await _thread;
        _abandoned.Dispose();
    }

    private void Run(Trainer trainer)
    {
        try
        {
            foreach (TrainingEvent happened in trainer.Train(_stop.Token))
            {
                _events.Writer.WriteAsync(happened, _abandoned.Token).AsTask().GetAwaiter().GetResult(); // this thread is training's own
            }

            _events.Writer.Complete();
        }
        catch (Exception fault) // for the reader of the events
        {
            _events.Writer.Complete(fault);
        }
    }
}
