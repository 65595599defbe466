using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class SwaggerTests(Chromium chromium)
{
    [Fact]
    public async Task A_digit_uploaded_in_Swagger_comes_back_as_an_image_and_nothing_is_blocked()
    {
        var errors = new List<string>();
        IPage page = await chromium.Open(chromium.Url + "swagger/index.html", prepare: page =>
        {
            page.Console += (_, message) => errors.AddRange(message.Type == "error" ? [message.Text] : []);
            return Task.CompletedTask;
        });
        ILocator operation = page.Locator("#operations-Model_inspection-reconstructUpload");
        await operation.ClickAsync();
        await operation.GetByText("Try it out").ClickAsync();
        await operation.Locator("input[type=file]").SetInputFilesAsync(new FilePayload
        {
            Name = "digit.png",
            MimeType = "image/png",
            Buffer = await chromium.Client.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/0.png"),
        });
        await operation.GetByPlaceholder("reference").FillAsync("latest");
        await operation.GetByLabel("Media type").First.SelectOptionAsync("image/png");
        await operation.GetByText("Execute", new() { Exact = true }).ClickAsync();
        ILocator image = operation.Locator(".live-responses-table img");
        await image.Sees().ToBeVisibleAsync();
        Assert.Equal(8 * 28, await image.EvaluateAsync<int>("async img => { await img.decode(); return img.naturalWidth; }"));
        Assert.Empty(errors);
    }
}
