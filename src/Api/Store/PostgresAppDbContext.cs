using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;

namespace AutoencoderApi.Api.Store;

internal sealed class PostgresAppDbContext(DbContextOptions<PostgresAppDbContext> options) : AppDbContext(options)
{
    // now() is the start of the transaction: a statement that waited for a row would give or judge a lease by an old time.
    protected override SqlExpression Clock => new SqlFunctionExpression(
        "clock_timestamp", [], nullable: false, argumentsPropagateNullability: [], typeof(DateTime), null);
}
