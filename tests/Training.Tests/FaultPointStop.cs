using System.Diagnostics;

namespace AutoencoderApi.Training.Tests;

/// <summary>Cancels when this thread passes a fault point for the nth time; other tests' threads pass fault points too.</summary>
internal sealed class FaultPointStop : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<IDisposable> _subscriptions = [];
    private readonly (string FaultPoint, int Nth, CancellationTokenSource Stop) _at;
    private int _passed;

    public FaultPointStop(string faultPoint, int nth, CancellationTokenSource stop)
    {
        _at = (faultPoint, nth, stop);
        _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == FaultPoints.ListenerName)
        {
            _subscriptions.Add(value.Subscribe(this));
        }
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Key == _at.FaultPoint && Environment.CurrentManagedThreadId == _thread && ++_passed == _at.Nth)
        {
            _at.Stop.Cancel();
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose() => _subscriptions.ForEach(subscription => subscription.Dispose());
}
