using System.Diagnostics;

namespace AutoencoderApi.Training;

/// <summary>
/// Tells whoever listens to <see cref="ListenerName"/> how far a job has come: <c>insert</c>, <c>enqueue</c>, <c>claim</c>, <c>trial</c> (a
/// trial of initial weights), <c>evaluate</c>, <c>step</c>, <c>frame</c> (of a film), <c>metric</c>, <c>checkpoint</c>, <c>commit</c> (of a
/// checkpoint's transaction) and <c>finish</c>, each with <c>.before</c> and <c>.after</c>. Fault tests end the process there. It costs one
/// comparison while nobody listens.
/// </summary>
public static class FaultPoints
{
    public const string ListenerName = "AutoencoderApi.Jobs";

    private static readonly DiagnosticListener s_listener = new(ListenerName);

    /// <param name="job">The payload: the job's id where the caller knows it.</param>
    public static void Pass(string label, Guid? job = null)
    {
        if (s_listener.IsEnabled())
        {
            s_listener.Write(label, job);
        }
    }
}
