using AutoencoderApi.Api.Startup;
using AutoencoderApi.Api.Store;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AutoencoderApi.Api.Commands;

/// <summary>
/// <c>backup FILE</c>: copies the SQLite store, also while the service writes to it. <c>VACUUM INTO</c> reads one snapshot for the whole
/// copy, for which no writer waits, and writes one file without a write-ahead log (https://sqlite.org/lang_vacuum.html).
/// </summary>
internal static class BackupCommand
{
    public const string Name = "backup";

    private const int OperationsBetweenLooks = 100; // of SQLite's virtual machine, an image's or checkpoint's row being a few
    private const int BusySeconds = 10;

    /// <summary>
    /// Writes the copy under another name beside <paramref name="file"/>, which it gets once it is complete, sound and on the
    /// disk.
    /// </summary>
    /// <returns>The exit status: 0, or 1 where no copy was made; then nothing is left of it, and a file of that name is as it
    /// was.</returns>
    public static async Task<int> RunAsync(
        IConfiguration configuration,
        string file,
        TextWriter output,
        TextWriter errors,
        CancellationToken stop)
    {
        if (configuration.Provider() == StoreProvider.Postgres)
        {
            return await FailAsync(
                "Store__Provider is postgres: back up with pg_dump, as docs/deploy.md shows; this command copies a SQLite store.");
        }

        string store = Path.GetFullPath(
            (configuration.GetSection(StoreOptions.Section).Get<StoreOptions>() ?? new StoreOptions()).SqliteFile);
        string target = Path.GetFullPath(file),
            part = $"{target}.{Guid.NewGuid():N}.part";
        if (!File.Exists(store))
        {
            return await FailAsync($"There is no store '{store}': set Store__Folder as the service has it.");
        }

        if (Path.Exists(target) || !Directory.Exists(Path.GetDirectoryName(target)))
        {
            return await FailAsync($"'{target}' {(Path.Exists(target) ? "exists already" : "lies in no folder")}: name a new file.");
        }

        try
        {
            await output.WriteLineAsync(await CopyAsync(store, part, target, stop));
            return 0;
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            string reason = stop.IsCancellationRequested ? "stopped." : e.Message;
            return await FailAsync($"'{store}' was not copied to '{target}', as {ProcessUser.Description}: {reason}");
        }
        finally
        {
            File.Delete(part);
        }

        async Task<int> FailAsync(string sentence)
        {
            await errors.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <returns>What the copy holds, in words.</returns>
    private static async Task<string> CopyAsync(string store, string part, string target, CancellationToken stop)
    {
        await Task.Run(() => Copy(store, part, stop), CancellationToken.None);
        string content = Check(part, stop);
        Move(part, target);
        return $"'{target}': {new FileInfo(target).Length:N0} bytes, {content}.";
    }

    private static void Copy(string store, string part, CancellationToken stop)
    {
        // only a writer may rebuild the shared memory that a killed process left
        using SqliteConnection connection = Open(store, SqliteOpenMode.ReadWrite, stop);
        using SqliteCommand copy = connection.CreateCommand();
        copy.CommandText = "VACUUM INTO $part";
        copy.Parameters.AddWithValue("$part", part);
        copy.ExecuteNonQuery();
    }

    /// <returns>What is in the copy.</returns>
    private static string Check(string part, CancellationToken stop)
    {
        using SqliteConnection connection = Open(part, SqliteOpenMode.ReadOnly, stop);
        string result = (string)Ask("PRAGMA integrity_check(1)");
        return result == "ok"
            ? $"{Ask("SELECT count(*) FROM jobs")} jobs, {Ask("SELECT count(*) FROM checkpoints")} checkpoints"
            : throw new IOException($"the copy is damaged ({result}).");

        object Ask(string sql)
        {
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar()!;
        }
    }

    /// <summary>
    /// The name stands for bytes that a loss of power does not take; a file that was made under it meanwhile is not
    /// replaced.
    /// </summary>
    private static void Move(string part, string target)
    {
        using (var written = new FileStream(part, FileMode.Open, FileAccess.ReadWrite))
        {
            written.Flush(flushToDisk: true);
        }

        File.Move(part, target, overwrite: false);
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode, CancellationToken stop)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = BusySeconds,
        }.ToString());
        connection.Open();
        raw.sqlite3_progress_handler(connection.Handle, OperationsBetweenLooks, _ => stop.IsCancellationRequested ? 1 : 0, null);
        return connection;
    }
}
