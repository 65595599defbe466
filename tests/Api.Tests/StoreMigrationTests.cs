using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests;

public sealed class StoreMigrationTests
{
    [Fact]
    public async Task A_new_SQLite_file_lets_calls_read_while_training_writes()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        await using StoreContext context = await store.Stores.CreateDbContextAsync();
        Assert.Equal("wal", (await context.Database.SqlQuery<string>($"SELECT journal_mode AS Value FROM pragma_journal_mode").ToListAsync())[0]);
    }
}
