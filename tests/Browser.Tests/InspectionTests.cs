using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed class InspectionTests(Chromium chromium)
{
    [Fact]
    public async Task Drawing_changes_the_reconstruction_and_the_tiles_of_every_layer()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Clear").ClickAsync();
        await page.Stroke((0.3f, 0.2f), (0.7f, 0.2f));
        ILocator reconstruction = page.GetByRole(AriaRole.Img, new() { Name = "Reconstruction" });
        ILocator tile = page.Tiles("output").Locator("canvas");
        await page.WaitForFunctionAsync("() => document.querySelector('#spoken').textContent !== ''"); // the hand rests
        string[] before = [await reconstruction.ImageData(), await tile.ImageData(), await page.Locator("#spoken").InnerTextAsync()];
        await page.Stroke((0.7f, 0.2f), (0.4f, 0.85f));
        await page.Locator("#spoken").Sees().Not.ToHaveTextAsync(before[2]);
        Assert.NotEqual(before[0], await reconstruction.ImageData());
        await page.WaitForFunctionAsync("before => document.querySelector('[data-layer=output] canvas').toDataURL() !== before", before[1]);
    }

    [Fact]
    public async Task The_network_gets_the_digit_that_is_on_the_pad()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        Task<IRequest> sent = page.WaitForRequestAsync("**/reconstruction");
        await page.GetByLabel("Number of the test digit").FillAsync("7");
        await page.GetByLabel("Number of the test digit").PressAsync("Tab");
        float[] pixels = (await sent)
            .PostDataJSON()!
            .Value.GetProperty("pixels")
            .EnumerateArray()
            .Select(pixel => pixel.GetSingle())
            .ToArray();
        byte[] digit = await chromium.Client.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/7.png");
        string onPage = await page.EvaluateAsync<string>(
            """
            async bytes => {
              const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
              const context = new OffscreenCanvas(28, 28).getContext("2d");
              context.drawImage(bitmap, 0, 0);
              return [...context.getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0).join();
            }
            """, digit.Select(value => (int)value).ToArray());
        Assert.Equal(onPage, string.Join(',', pixels.Select(pixel => MathF.Round(pixel * 255))));
    }

    [Fact]
    public async Task An_image_from_a_file_is_prepared_by_the_service_and_a_file_that_is_none_is_refused_in_words()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        byte[] image = await chromium.Client.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png?scale=9");
        string before = await page.Locator("#pad").ImageData();
        await page.Locator("#upload").SetInputFilesAsync(new FilePayload { Name = "digit.png", MimeType = "image/png", Buffer = image });
        await page.WaitForFunctionAsync("before => document.querySelector('#pad').toDataURL() !== before", before);
        await page.Locator("#upload")
            .SetInputFilesAsync(
                new FilePayload
                {
                    Name = "digit.png",
                    MimeType = "image/png",
                    Buffer = "no image"u8.ToArray(),
                });
        await page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "image/png or image/jpeg" }).Sees().ToBeVisibleAsync();
    }

    [Fact]
    public async Task Two_checkpoints_stand_side_by_side_on_the_same_digit()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Pick("Compare with", "nearest-unpool");
        await page.Locator(".mse").Sees().ToHaveCountAsync(2);
        await page.Locator(".one-network").Nth(1).Locator("[data-layer=output] .tile").Sees().ToBeVisibleAsync();
        await page.Locator(".one-network").Nth(0).Locator("[data-layer=code] .tile").Sees().ToHaveCountAsync(16);
        await page.Locator(".one-network").Nth(1).Locator("[data-layer=unpool1] .tile").Sees().ToHaveCountAsync(16);
        ILocator inputs = page.GetByRole(AriaRole.Img, new() { Name = "28×28 input" });
        Assert.Equal(await inputs.Nth(0).ImageData(), await inputs.Nth(1).ImageData());
        ILocator outputs = page.GetByRole(AriaRole.Img, new() { Name = "Reconstruction" });
        Assert.NotEqual(await outputs.Nth(0).ImageData(), await outputs.Nth(1).ImageData());
    }

    [Fact]
    public async Task All_maps_are_shown_on_demand_and_one_is_enlarged_with_its_numbers_by_keyboard()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.GetByLabel("Show all channels").CheckAsync();
        await page.Tiles("code").Sees().ToHaveCountAsync(32);
        await page.Tiles("code").Nth(31).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Heading("code, map 31").Sees().ToBeVisibleAsync();
        string numbers = await page.Locator("#map-facts").InnerTextAsync();
        Assert.Matches("(?s)Size\\s+7×7.*Min\\s+\\S+.*Max\\s+\\S+.*Mean\\s+\\S+", numbers);
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Heading("code, map 0").Sees().ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Tiles("code").Nth(31).Sees().ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_network_that_is_opened_again_keeps_the_focus_where_it_was()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        ILocator tile = page.Tiles("code").Nth(3);
        await tile.FocusAsync();
        IElementHandle before = await tile.ElementHandleAsync();
        await page.Locator("#pick-0").DispatchEventAsync("change");
        await page.WaitForFunctionAsync("tile => !tile.isConnected", before);
        await tile.Sees().ToBeFocusedAsync();
    }

    [Fact]
    public async Task The_kernels_of_every_layer_with_weights_are_shown_and_one_is_enlarged()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "nearest-unpool");
        await page.Locator(".code h4").Sees().ToContainTextAsync("nearest-unpool, step 40");
        await page.Kernels("deconv2").Sees().ToHaveCountAsync(16);
        string[] layers = await page.Locator("[data-kernels]").EvaluateAllAsync<string[]>("all => all.map(each => each.dataset.kernels)");
        Assert.Equal(["conv1", "conv2", "deconv1", "deconv2"], layers);
        await page.GetByLabel("Show all channels").CheckAsync();
        await page.Kernels("conv2").Sees().ToHaveCountAsync(512);
        await page.Button("conv2 kernel 17, from map 1 to map 1").ClickAsync();
        await page.Heading("conv2, kernel 17, from map 1 to map 1").Sees().ToBeVisibleAsync();
        Assert.Matches("Size\\s+5×5", await page.Locator("#map-facts").InnerTextAsync());
    }

    [Fact]
    public async Task The_way_between_two_digits_is_drawn_for_each_checkpoint_and_follows_its_ends()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Pick("Compare with", "nearest-unpool");
        ILocator ways = page.GetByRole(AriaRole.Img, new() { Name = "9 images from test digit 0 to test digit 1" });
        await ways.Sees().ToHaveCountAsync(2);
        Assert.NotEqual(await ways.Nth(0).ImageData(), await ways.Nth(1).ImageData());
        await page.GetByLabel("To digit").FillAsync("7");
        await page.GetByLabel("To digit").PressAsync("Tab");
        await page.GetByRole(AriaRole.Img, new() { Name = "9 images from test digit 0 to test digit 7" }).Sees().ToHaveCountAsync(2);
        await page.Button("Swap the two digits").ClickAsync();
        await page.GetByRole(AriaRole.Img, new() { Name = "9 images from test digit 7 to test digit 0" }).Sees().ToHaveCountAsync(2);
    }

    [Fact]
    public async Task A_map_of_the_code_is_changed_by_keyboard_and_the_code_is_taken_away_as_a_file()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Locator(".code h4").Sees().ToContainTextAsync("strided, step 40");
        await page.GetByText("1,568 numbers").Sees().ToBeVisibleAsync();
        ILocator decoded = page.GetByRole(AriaRole.Img, new() { Name = "Decoded from the changed code" });
        Assert.Equal(await page.GetByRole(AriaRole.Img, new() { Name = "Reconstruction" }).ImageData(), await decoded.ImageData());
        string before = await decoded.ImageData();
        await page.GetByLabel("times 1.0").PressAsync("End");
        await page.GetByLabel("times 4.0").Sees().ToBeVisibleAsync();
        await page.WaitForFunctionAsync("before => document.querySelector('.code canvas').toDataURL() !== before", before);
        await page.GetByText("The numbers", new() { Exact = true }).ClickAsync();
        await page.Locator(".code pre").Sees().ToContainTextAsync("map 31");
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.Button("Download for NumPy").ClickAsync());
        Assert.Equal("code.npy", download.SuggestedFilename);
        byte[] file = await File.ReadAllBytesAsync((await download.PathAsync())!);
        Assert.Equal(128 + (4 * 1_568), file.Length);
    }

    [Fact]
    public async Task A_map_of_zeros_alone_is_marked_for_the_eye_and_the_ear()
    {
        IPage page = await chromium.Open(prepare: page => page.RouteAsync("**/layers/code/tiles?count=16", async route =>
        {
            IAPIResponse answer = await route.FetchAsync();
            string json = (await answer.TextAsync()).Replace("\"silent\":false", "\"silent\":true", StringComparison.Ordinal);
            await route.FulfillAsync(new() { Response = answer, Body = json });
        }));
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Button("code map 5, silent for this digit").Sees().ToHaveClassAsync("tile zero");
        await page.Locator("[data-layer=output] .tile").First.Sees().ToHaveClassAsync("tile");
    }

    [Fact]
    public async Task A_map_that_is_zero_for_one_digit_is_silent_for_this_digit_and_nowhere_called_dead()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Button("Clear").ClickAsync(); // nothing drawn: a relu network without bias has only zeros
        ILocator silent = page.Locator(".tile[aria-label$=', silent for this digit']");
        await silent.First.Sees().ToBeVisibleAsync();
        await page.Locator(".silent-count")
            .Filter(new() { HasTextRegex = new(@"^\d+ of \d+ silent for this digit$") })
            .First.Sees()
            .ToBeVisibleAsync();
        await silent.First.ClickAsync();
        await page.Locator("#map-facts").Sees().ToContainTextAsync("silent for this digit");
        Assert.DoesNotMatch(@"\b[Dd]ead\b", await page.Locator("#look").InnerTextAsync());
    }

    [Fact]
    public async Task Two_fingers_draw_two_strokes_and_no_line_between_them()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Clear").ClickAsync();
        await page.Locator("#pad").ScrollIntoViewIfNeededAsync();
        LocatorBoundingBoxResult box = (await page.Locator("#pad").BoundingBoxAsync())!;
        ICDPSession touch = await page.Context.NewCDPSessionAsync(page);
        await Send("touchStart", (0.2f, 0.2f));
        await Send("touchStart", (0.2f, 0.2f), (0.8f, 0.2f));
        for (float y = 0.3f; y < 0.8f; y += 0.1f)
        {
            await Send("touchMove", (0.2f, y), (0.8f, y));
        }

        await Send("touchEnd");
        int[] ink = await page.Locator("#pad")
            .EvaluateAsync<int[]>(
                "pad => [0.2, 0.5, 0.8].map(x => pad.getContext('2d').getImageData(x * pad.width, 0, 1, pad.height).data.filter((value, "
                + "i) => i % 4 === 0 && value > 0).length)"
            );
        Assert.True(ink[0] > 100 && ink[2] > 100 && ink[1] == 0, string.Join(", ", ink));

        Task Send(string type, params (float X, float Y)[] fingers) =>
            touch.SendAsync(
                "Input.dispatchTouchEvent",
                new()
                {
                    ["type"] = type,
                    ["touchPoints"] = fingers
                        .Select(
                            (finger, id) =>
                                new
                                {
                                    x = box.X + finger.X * box.Width,
                                    y = box.Y + finger.Y * box.Height,
                                    id,
                                })
                        .ToArray(),
                });
    }

    [Fact]
    public async Task The_pad_can_be_drawn_on_with_the_keyboard()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Clear").ClickAsync();
        string empty = await page.Locator("#pad").ImageData();
        await page.Locator("#pad").FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        Assert.Equal(empty, await page.Locator("#pad").ImageData());
        await page.Keyboard.PressAsync("Space");
        for (int i = 0; i < 8; i++)
        {
            await page.Keyboard.PressAsync("ArrowDown");
        }

        Assert.NotEqual(empty, await page.Locator("#pad").ImageData());
        await page.Keyboard.PressAsync("Delete");
        Assert.Equal(empty, await page.Locator("#pad").ImageData());
    }
}
