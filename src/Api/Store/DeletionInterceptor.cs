using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace AutoencoderApi.Api.Store;

/// <summary>Knows when this process last deleted rows, so that what is kept in memory of them is looked for again.</summary>
internal sealed class DeletionInterceptor(TimeProvider time) : DbCommandInterceptor, IDbTransactionInterceptor
{
    private readonly ConditionalWeakTable<DbTransaction, object> _deleting = [];
    private long _lastAt;

    /// <summary>The timestamp of the last deletion, of one in a transaction that of its commit; 0 before the first.</summary>
    public long LastAt => Interlocked.Read(ref _lastAt);

    public override ValueTask<int> NonQueryExecutedAsync(
        DbCommand command, CommandExecutedEventData eventData, int result, CancellationToken cancellationToken = default)
    {
        if (eventData.CommandSource == CommandSource.ExecuteDelete)
        {
            if (command.Transaction is { } open)
            {
                _deleting.AddOrUpdate(open, this);
            }
            else
            {
                Note();
            }
        }

        return new(result);
    }

    public Task TransactionCommittedAsync(
        DbTransaction transaction,
        TransactionEndEventData eventData,
        CancellationToken cancellationToken = default)
    {
        if (_deleting.Remove(transaction))
        {
            Note();
        }

        return Task.CompletedTask;
    }

    private void Note() => Interlocked.Exchange(ref _lastAt, time.GetTimestamp());
}
