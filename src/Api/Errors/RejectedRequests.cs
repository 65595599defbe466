using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace AutoencoderApi.Api.Errors;

/// <summary>
/// Gives a problem as body to the answers that Kestrel writes itself, without one, where it cannot read a request: a target or headers
/// that are too long, a malformed line. No middleware ever sees those requests, so the connection's output is looked at.
/// </summary>
internal static class RejectedRequests
{
    public static void UseRejectionProblems(this IConnectionBuilder endpoint) => endpoint.Use(next => connection =>
    {
        (PipeReader input, PipeWriter output) = (connection.Transport.Input, connection.Transport.Output);
        connection.Transport = new Transport(input, new Output(output, connection.ConnectionId));
        return next(connection);
    });

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Output(PipeWriter inner, string connectionId) : PipeWriter
    {
        private Memory<byte> _lent;

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        /// <summary>Room for a whole rejection at least, so that none comes in pieces.</summary>
        public override Memory<byte> GetMemory(int sizeHint = 0) => _lent = inner.GetMemory(Math.Max(sizeHint, RejectionProblem.MaxBytes));

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            if (RejectionProblem.For(_lent.Span[..bytes], connectionId) is { } answer)
            {
                answer.CopyTo(inner.GetMemory(answer.Length));
                bytes = answer.Length;
            }

            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
            inner.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
