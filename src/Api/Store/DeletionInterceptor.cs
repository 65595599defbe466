using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace AutoencoderApi.Api.Store;

/// <summary>Knows when this process last deleted rows, so that what is kept in memory of them is looked for again.</summary>
internal sealed class DeletionInterceptor(TimeProvider time) : DbCommandInterceptor, IDbTransactionInterceptor
{
    private long _lastAt;

    /// <summary>The timestamp of the last deletion, or of a commit, which may have been one of a deletion; 0 before the first.</summary>
    public long LastAt => Interlocked.Read(ref _lastAt);

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.CommandSource == CommandSource.ExecuteDelete)
        {
            Note();
        }

        return new(result);
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        Note();
        return Task.CompletedTask;
    }

    private void Note() => Interlocked.Exchange(ref _lastAt, time.GetTimestamp());
}
