using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SkiaSharp;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed partial class ImageShapeTests(Chromium chromium)
{
    [Theory]
    [InlineData("page-colour", 24, 32, true, "[4,8]", 2)]
    [InlineData("page-large", 128, 128, false, "[1,1]", 512)]
    public async Task Images_of_any_shape_and_codes_of_any_width_are_drawn_and_explained(
        string name, int height, int width, bool isColour, string channels, int codeWidth)
    {
        chromium.SkipWithoutBrowser();
        using var images = new ByteArrayContent(Zip(height, width, isColour));
        images.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using HttpResponseMessage put = await chromium.Client.Http.PutAsync($"/v1/datasets/{name}", images);
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
        string path = await chromium.Client.Submit(
            $$"""
            {"name":"{{name}}","dataset":"{{name}}","channels":{{channels}},"codeWidth":{{codeWidth}},
            "steps":6,"warmupSteps":2,"evaluateEvery":3,"checkpointEvery":6}
            """);
        JsonNode job = await chromium.Client.Ended(path);
        var faults = new List<string>();
        IPage page = await chromium.Open(
            $"{chromium.Url}#inspect?checkpoint={job["latestCheckpoint"]}",
            prepare: page =>
            {
                page.PageError += (_, fault) => faults.Add(fault);
                return Task.CompletedTask;
            });
        await page.SeeNetwork();
        await page.Locator("#digit-label").Sees().ToHaveTextAsync(Label());
        await page.GetByText($"Input {height}×{width}", new() { Exact = true }).Sees().ToBeVisibleAsync();
        await page.Stroke((0.2f, 0.2f), (0.8f, 0.8f));
        await page.SeeNetwork();
        foreach (string layer in (string[])["conv1", "code", "expand", "output"])
        {
            await page.OpenLayer(layer);
            await page.Button("Every product").ClickAsync();
            await page.Locator(".unit-result").First.Sees().Not.ToHaveTextAsync("");
            await page.Button("Back to the maps").ClickAsync();
        }

        await page.Tab("Ablation");
        await page.Locator(".ablations li").Sees().ToHaveCountAsync(Math.Min(64, codeWidth));
        Assert.True(await page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 1280);
        Assert.Empty(faults);
        await page.CloseAsync();
        using HttpResponseMessage deleted = await chromium.Client.Http.DeleteAsync(path); // so that it is not the newest in other tests
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task An_address_of_a_checkpoint_that_is_gone_shows_the_newest()
    {
        IPage page = await chromium.Open($"{chromium.Url}#inspect?checkpoint=01900000-0000-7000-8000-000000000000");
        await page.SeeNetwork();
        await page.Locator("#pick-0 option:checked").Sees().ToHaveTextAsync("latest: the newest");
    }

    /// <summary>Twenty discs and twenty bars, in colour or grey.</summary>
    private static byte[] Zip(int height, int width, bool isColour)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (int i = 0; i < 40; i++)
            {
                bool isRound = i % 2 == 0;
                using var bitmap = new SKBitmap(new SKImageInfo(width, height, isColour ? SKColorType.Rgba8888 : SKColorType.Gray8));
                using (var canvas = new SKCanvas(bitmap))
                using (var paint = new SKPaint { Color = isColour ? SKColors.OrangeRed : SKColors.White })
                {
                    canvas.Clear(SKColors.Black);
                    float middle = height / 4f + i % 10;
                    if (isRound)
                    {
                        canvas.DrawCircle(middle, middle, height / 6f, paint);
                    }
                    else
                    {
                        canvas.DrawRect(middle, 2, 4, height - 4, paint);
                    }
                }

                using SKData png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
                using Stream entry = archive.CreateEntry($"{(isRound ? "round" : "straight")}/{i}.png").Open();
                png.SaveTo(entry);
            }
        }

        return packed.ToArray();
    }

    [GeneratedRegex("^label (round|straight)$")]
    private static partial Regex Label();
}
