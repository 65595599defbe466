using AutoencoderApi.Api.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Errors;

/// <summary>Keyset paging, newest first: the cursor is the last id shown, so rows added meanwhile move nothing.</summary>
internal static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
    public const string CursorRule = "must be the nextCursor of an earlier page.";

    /// <summary>The cursor of a list whose rows have ids.</summary>
    public static ProblemHttpResult? Check(string? cursor, out Guid? before)
    {
        before = Guid.TryParse(cursor, out Guid id) ? id : null;
        return cursor is not null && before is null ? Problems.Invalid("cursor", CursorRule) : null;
    }

    /// <param name="rows">One row more than the page holds where there is a next page.</param>
    public static Page<TItem> Cut<TRow, TItem>(List<TRow> rows, int limit, Func<TRow, Guid> id, Func<TRow, TItem> show) =>
        new([.. rows.Take(limit).Select(show)], rows.Count > limit ? id(rows[limit - 1]).ToString() : null);
}
