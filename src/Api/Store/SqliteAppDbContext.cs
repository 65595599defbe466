using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage;

namespace AutoencoderApi.Api.Store;

internal sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options)
{
    protected override SqlExpression Clock => new SqlFunctionExpression(
        "strftime", [Text("%Y-%m-%d %H:%M:%f"), Text("now")],
        nullable: false, argumentsPropagateNullability: [false, false], typeof(DateTime), null);

    private static SqlConstantExpression Text(string value) => new(value, StringTypeMapping.Default);
}
