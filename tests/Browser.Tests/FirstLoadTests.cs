using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class FirstLoadTests(Chromium chromium)
{
    private const int MostBytes = 120_000, MostRequests = 25;

    [Fact]
    public async Task A_visitor_without_a_copy_sees_the_first_layers_after_at_most_25_requests_and_120_kB_of_page()
    {
        var requests = new List<IRequest>();
        IPage page = await chromium.Open(prepare: page =>
        {
            page.Request += (_, request) => requests.Add(request);
            return Task.CompletedTask;
        });
        await page.SeeNetwork();
        int layers = requests.FindIndex(request => request.Url.Contains("/activations", StringComparison.Ordinal));
        IRequest[] first = [.. requests.Take(layers + 1)];
        Assert.True(first.Length <= MostRequests, string.Join('\n', first.Select(request => request.Url)));
        IRequest[] files = [.. first.Where(request => !request.Url.Contains("/v1/", StringComparison.Ordinal))];
        int bytes = 0;
        foreach (IRequest file in files)
        {
            RequestSizesResult sizes = await file.SizesAsync();
            bytes += sizes.ResponseBodySize + sizes.ResponseHeadersSize;
        }

        Assert.InRange(bytes, 40_000, MostBytes);
        Assert.Contains(files, file => file.Url.EndsWith("/page/app.js", StringComparison.Ordinal));
    }
}
