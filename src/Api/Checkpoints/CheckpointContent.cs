using System.Security.Cryptography;
using AutoencoderApi.Api.Store;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>
/// A checkpoint's file, read from the store in pieces of 1 MiB: a reader holds no more than one, however large the file
/// is.
/// </summary>
internal sealed class CheckpointContent(IDbContextFactory<AppDbContext> stores, CheckpointRow row) : Stream
{
    private const int PieceBytes = 1 << 20;

    private byte[] _piece = [];
    private long _pieceAt;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => row.Bytes;

    public override long Position { get; set; }

    /// <summary>Whether the file is there, and its bytes are those that were written.</summary>
    public async Task<bool> IsIntactAsync(CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (Position = 0; Position < Length; Position += _piece.Length)
        {
            if (!await SeekPieceAsync(token))
            {
                return false;
            }

            hash.AppendData(_piece);
        }

        Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == row.Sha256;
    }

    /// <exception cref="IOException">The checkpoint was deleted meanwhile.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position >= Length || buffer.Length == 0)
        {
            return 0;
        }

        if (!await SeekPieceAsync(cancellationToken))
        {
            throw new IOException($"Checkpoint {row.Id} was deleted while its file was read.");
        }

        ReadOnlyMemory<byte> rest = _piece.AsMemory((int)(Position - _pieceAt));
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        Position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => Position,
        _ => Length,
    };

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A store is read asynchronously.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    /// <summary>
    /// Reads the piece at the position, unless it is there already; false where the file is gone or shorter than its row
    /// says.
    /// </summary>
    private async Task<bool> SeekPieceAsync(CancellationToken token)
    {
        if (Position >= _pieceAt && Position < _pieceAt + _piece.Length)
        {
            return true;
        }

        _pieceAt = Position / PieceBytes * PieceBytes;
        int length = (int)Math.Min(PieceBytes, Length - _pieceAt);
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        _piece = (store.Database.IsSqlite() ? await OfSqliteAsync(store, length, token) : await OfPostgresAsync(store, length, token))
            ?? [];
        return _piece.Length == length;
    }

    private async Task<byte[]?> OfPostgresAsync(AppDbContext store, int length, CancellationToken token)
    {
        List<byte[]> found = await store.Database
            .SqlQuery<byte[]>($"""
                SELECT substr("Content", {(int)_pieceAt + 1}, {length}) AS "Value"
                FROM checkpoint_files WHERE "CheckpointId" = {row.Id}
                """)
            .ToListAsync(token);
        return found.SingleOrDefault();
    }

    /// <summary>By a handle on the blob: <c>substr</c> would read all of it (https://sqlite.org/c3ref/blob_open.html).</summary>
    private async Task<byte[]?> OfSqliteAsync(AppDbContext store, int length, CancellationToken token)
    {
        await store.Database.OpenConnectionAsync(token);
        List<long> found = await store.Database
            .SqlQuery<long>($"""SELECT rowid AS "Value" FROM checkpoint_files WHERE "CheckpointId" = {row.Id}""").ToListAsync(token);
        if (found is not [var number])
        {
            return null;
        }

        await using var blob = new SqliteBlob(
            (SqliteConnection)store.Database.GetDbConnection(),
            "checkpoint_files",
            "Content",
            number,
            readOnly: true);
        byte[] piece = new byte[length];
        blob.Position = _pieceAt;
        return piece[..blob.ReadAtLeast(piece, length, throwOnEndOfStream: false)];
    }
}
