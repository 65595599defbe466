using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class CheckpointPageTests(Chromium chromium)
{
    [Fact]
    public async Task A_name_is_given_moved_only_once_that_is_confirmed_and_taken_off()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        ILocator names = page.Locator("#tags > li");
        await Look(page, "strided");
        await Name(page, "shown");
        await names.Filter(new() { HasText = "shown" }).Sees().ToBeVisibleAsync();
        await page.Locator("#tag-outcome").Sees().ToHaveTextAsync("This checkpoint is now called shown.");

        await Look(page, "nearest-unpool");
        await Name(page, "shown");
        await page.Answer("Cancel");
        await page.Button("Add tag").Sees().ToBeEnabledAsync();
        await names.Filter(new() { HasText = "shown" }).Sees().ToHaveCountAsync(0);
        await Name(page, "shown");
        await page.Answer("Move");
        await names.Filter(new() { HasText = "shown" }).Sees().ToBeVisibleAsync();
        await page.Locator("#settings-close").ClickAsync();
        await page.GetByLabel("Checkpoint", new() { Exact = true }).SelectOptionAsync("shown");
        await page.Button("Settings").ClickAsync();
        await page.Button("Remove tag shown").ClickAsync();
        await page.Answer("Remove tag");
        await names.Filter(new() { HasText = "shown" }).Sees().ToHaveCountAsync(0);
        await page.Locator("#pick-0 option:checked").Sees().ToContainTextAsync("nearest-unpool"); // still looked at, by its id
        await page.GetByLabel("A tag for the checkpoint").Sees().ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("best", "is kept by the service")]
    [InlineData("Not A Name", "lower-case letters")]
    [InlineData("", "lower-case letters")]
    public async Task A_name_that_cannot_be_given_is_marked_in_words(string name, string reason)
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Settings").ClickAsync();
        await Name(page, name);
        await page.Locator("#tag-error").Sees().ToContainTextAsync(reason);
        await page.GetByLabel("A tag for the checkpoint").Sees().ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_checkpoint_file_is_imported_and_looked_into_and_a_file_that_is_none_is_refused_in_a_persons_words()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Settings").ClickAsync();
        byte[] weights = await chromium.Client.Http.GetByteArrayAsync("/v1/checkpoints/latest/weights");
        byte[] digit = await chromium.Client.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/0.png");
        foreach ((FilePayload file, string reason) in ((FilePayload, string)[])
                [
                    (
                        File("words.safetensors", "no weights in here"u8.ToArray()),
                        "words.safetensors could not be imported. It is no checkpoint file. Choose a file that"),
                    (File("none.safetensors", []), "none.safetensors could not be imported. The file is empty."),
                    (
                        new()
                        {
                            Name = "digit.png",
                            MimeType = "image/png",
                            Buffer = digit,
                        },
                        "digit.png could not be imported. It is an image. Open it as a digit instead"),
                    (
                        File("half.safetensors", weights[..^100]),
                        "half.safetensors could not be imported. It is damaged, or of a network that this service cannot run."),
                ])
        {
            await page.Locator("#import").SetInputFilesAsync(file);
            await page.Locator("#import-error").Sees().ToContainTextAsync(reason);
        }

        await page.Locator("#import").SetInputFilesAsync(File("My model.safetensors", weights));
        await page.Locator("#import-outcome").Sees().ToHaveTextAsync("Imported My model.safetensors; it is shown now.");
        await page.Locator("#import-error").Sees().ToBeEmptyAsync();
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync("my-model, step");
        await page.Locator("#pick-0 option:checked").Sees().ToContainTextAsync("my-model, step");
    }

    private static FilePayload File(string name, byte[] content) =>
        new()
        {
            Name = name,
            MimeType = "application/octet-stream",
            Buffer = content,
        };

    private static async Task Look(IPage page, string architecture)
    {
        if (await page.Locator("#settings-dialog").IsVisibleAsync())
        {
            await page.Locator("#settings-close").ClickAsync();
        }

        await page.Pick("Checkpoint", architecture);
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync(architecture);
        await page.Button("Settings").ClickAsync();
    }

    private static async Task Name(IPage page, string name)
    {
        await page.GetByLabel("A tag for the checkpoint").FillAsync(name);
        await page.Button("Add tag").ClickAsync();
    }
}
