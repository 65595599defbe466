using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Store;

/// <summary>Writes that may lose a race against another write: a key is taken, or a row is gone.</summary>
internal static class DbWrites
{
    /// <summary>Saves all that was added, and the answer under its idempotency key with it.</summary>
    /// <param name="mayBeTaken">Whether a row that was added has a key of its own that another request may take.</param>
    /// <returns>False, and nothing is saved, where a key is taken.</returns>
    public static async Task<bool> TrySaveAsync(
        this AppDbContext store, IdempotencyRow? answer, CancellationToken token, bool mayBeTaken = false)
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
        catch (DbUpdateException e) when ((answer is not null || mayBeTaken) && DbFaults.IsConstraintViolation(e))
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
        catch (Exception e) when (DbFaults.IsConstraintViolation(e))
        {
            return false;
        }
    }
}
