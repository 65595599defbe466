using AutoencoderApi.Api.Limits;

namespace AutoencoderApi.Api.Tests.Limits;

public sealed class MemoryBudgetTests
{
    private readonly MemoryBudget _memory = new(total: 1_000);

    [Fact]
    public void One_caller_gets_three_quarters_and_another_one_the_rest()
    {
        Assert.Equal(MemoryGrant.Granted, _memory.Take("one", 700));
        Assert.Equal(MemoryGrant.CallerFull, _memory.Take("one", 51));
        Assert.Equal(MemoryGrant.Granted, _memory.Take("one", 50));
        Assert.Equal(MemoryGrant.Full, _memory.Take("another", 251));
        Assert.Equal(MemoryGrant.Granted, _memory.Take("another", 250));
        Assert.Equal(MemoryGrant.Full, _memory.Take("a third", 1));
    }

    [Fact]
    public void What_no_request_can_have_is_refused_for_good() => Assert.Equal(MemoryGrant.TooMuch, _memory.Take("one", 751));

    [Fact]
    public void What_is_returned_can_be_taken_again()
    {
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(MemoryGrant.Granted, _memory.Take("one", 750));
            _memory.Return("one", 750);
        }
    }

    [Fact]
    public void A_request_returns_what_it_still_holds_when_its_answer_is_sent()
    {
        using (var request = new RequestMemory(_memory, "one"))
        {
            Assert.Null(request.Take(500));
            Assert.Null(request.Take(200));
            request.Return(500);
            Assert.Equal(429, request.Take(600)!.StatusCode);
            Assert.Equal(413, request.Take(800)!.StatusCode);
        }

        Assert.Equal(MemoryGrant.Granted, _memory.Take("one", 750));
        using var late = new RequestMemory(_memory, "another");
        Assert.Equal(503, late.Take(300)!.StatusCode);
    }
}
