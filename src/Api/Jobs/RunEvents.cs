using System.Runtime.CompilerServices;
using System.Threading.Channels;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// What a run reports, on its way from the training thread to the store: bounded in number and in bytes, since the checkpoint of a large
/// network has 48 MB. What is being stored counts until it is; an event of more bytes than the bound waits until it is alone.
/// </summary>
/// <param name="maxBytes">Of the checkpoints and frames that wait or are being stored.</param>
internal sealed class RunEvents(long maxBytes) : IDisposable
{
    private const int MaxEvents = 16;
    private const int UnitBytes = 65_536;

    private readonly Channel<TrainingEvent> _events = Channel.CreateBounded<TrainingEvent>(
        new BoundedChannelOptions(MaxEvents) { SingleReader = true, SingleWriter = true });
    private readonly int _maxUnits = (int)Math.Max(1, maxBytes / UnitBytes);
    private readonly SemaphoreSlim _units = new((int)Math.Max(1, maxBytes / UnitBytes));

    /// <summary>Blocks the training thread, the only writer, until there is room.</summary>
    public void Write(TrainingEvent happened, CancellationToken token)
    {
        for (int unit = UnitsOf(happened); unit > 0; unit--)
        {
            _units.Wait(token);
        }

        _events.Writer.WriteAsync(happened, token).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Says that nothing more comes, and what ended the run where a fault did.</summary>
    public void Complete(Exception? fault) => _events.Writer.Complete(fault);

    /// <summary>The events in order; each has left the bound when the next one is asked for.</summary>
    public async IAsyncEnumerable<TrainingEvent> ReadAllAsync([EnumeratorCancellation] CancellationToken token)
    {
        await foreach (TrainingEvent happened in _events.Reader.ReadAllAsync(token))
        {
            yield return happened;
            if (UnitsOf(happened) is var units and > 0)
            {
                _units.Release(units);
            }
        }
    }

    public void Dispose() => _units.Dispose();

    private int UnitsOf(TrainingEvent happened)
    {
        Checkpoint? checkpoint = (happened as TrainingEvent.Checkpointed)?.Checkpoint ?? (happened as TrainingEvent.Framed)?.Frame;
        if (checkpoint is null)
        {
            return 0;
        }

        long values = (long)checkpoint.Weights.Length + (checkpoint.FirstMoment?.Length ?? 0) + (checkpoint.SecondMoment?.Length ?? 0);
        return (int)Math.Min(_maxUnits, ((sizeof(float) * values) + UnitBytes - 1) / UnitBytes);
    }
}
