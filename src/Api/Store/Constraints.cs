using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Store;

/// <summary>Tells a write that lost a race against another (a key taken, a row gone) from a store that is away.</summary>
internal static class Constraints
{
    private const int SqliteConstraint = 19; // SQLITE_CONSTRAINT, sqlite.org/rescode.html
    private const string IntegrityClass = "23"; // SQLSTATE class of integrity constraint violations, ISO/IEC 9075-2

    public static bool WereBrokenBy(Exception e) => (e is DbUpdateException update ? update.InnerException : e) switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteConstraint,
        DbException other => other.SqlState?.StartsWith(IntegrityClass, StringComparison.Ordinal) is true,
        _ => false,
    };

    /// <summary>Saves all that was added, and the answer under its idempotency key with it.</summary>
    /// <returns>False, and nothing is saved, where the key is taken.</returns>
    public static async Task<bool> TrySaveAsync(this StoreContext store, IdempotencyRow? answer, CancellationToken token)
    {
        if (answer is not null)
        {
            store.Add(answer);
        }

        try
        {
            await store.SaveChangesAsync(token);
            return true;
        }
        catch (DbUpdateException e) when (answer is not null && WereBrokenBy(e))
        {
            return false;
        }
    }

    /// <summary>Deletes the row that is asked for; false where it is not there, or another row that may not lose it refers to it.</summary>
    public static async Task<bool> TryDeleteAsync<T>(this IQueryable<T> row, CancellationToken token)
    {
        try
        {
            return await row.ExecuteDeleteAsync(token) == 1;
        }
        catch (Exception e) when (WereBrokenBy(e))
        {
            return false;
        }
    }
}
