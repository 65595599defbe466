using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

[Collection(ChromiumCollection.Name)]
public sealed partial class InspectionTests(Chromium chromium)
{
    [Fact]
    public async Task Drawing_changes_the_reconstruction_and_the_tiles_of_every_layer()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("Clear").ClickAsync();
        await page.Stroke((0.3f, 0.2f), (0.7f, 0.2f));
        ILocator reconstruction = page.GetByRole(AriaRole.Img, new() { Name = "Reconstruction" });
        ILocator block = page.Block("code").Locator("canvas");
        await page.WaitForFunctionAsync("() => document.querySelector('#spoken').textContent !== ''"); // the hand rests
        string[] before = [await reconstruction.ImageData(), await block.ImageData(), await page.Locator("#spoken").InnerTextAsync()];
        await page.Stroke((0.7f, 0.2f), (0.4f, 0.85f));
        await page.Locator("#spoken").Sees().Not.ToHaveTextAsync(before[2]);
        Assert.NotEqual(before[0], await reconstruction.ImageData());
        await page.WaitForFunctionAsync("before => document.querySelector('[data-layer=code] canvas').toDataURL() !== before", before[1]);
    }

    [Fact]
    public async Task The_network_gets_the_digit_that_is_on_the_pad()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        Task<IRequest> sent = page.WaitForRequestAsync("**/activations");
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
        await page.Locator("#original").Sees().ToContainTextAsync("digit.png, 252×252, as it came");
        await page.Heading("Your image").Sees().ToBeVisibleAsync();
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
        await page.Block("output", network: 1).Sees().ToBeVisibleAsync();
        await page.Block("unpool1", network: 1).Sees().ToBeVisibleAsync();
        await page.Locator(".mse").Nth(1).Sees().Not.ToHaveTextAsync("");
        ILocator inputs = page.GetByRole(AriaRole.Img, new() { Name = "Input", Exact = true });
        Assert.Equal(await inputs.Nth(0).ImageData(), await inputs.Nth(1).ImageData());
        ILocator outputs = page.GetByRole(AriaRole.Img, new() { Name = "Reconstruction" });
        Assert.NotEqual(await outputs.Nth(0).ImageData(), await outputs.Nth(1).ImageData());
    }

    [Fact]
    public async Task A_layer_is_opened_and_walked_through_by_keyboard_and_closed_again()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Heading("784 pixels → 1,568 numbers: no bottleneck").Sees().ToBeVisibleAsync();
        await page.Block("code").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Tiles().Sees().ToHaveCountAsync(32);
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Tiles().Nth(1).Sees().ToHaveAttributeAsync("aria-pressed", "true");
        await page.Block("code").Sees().ToBeFocusedAsync();
        await page.Tiles().Nth(1).FocusAsync();
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Tiles().Nth(9).Sees().ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Escape");
        await page.Locator(".panel").Sees().ToBeHiddenAsync();
    }

    [Fact]
    public async Task Every_value_that_is_shown_is_the_one_that_the_service_gives_and_the_sum_of_its_products()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        foreach (string architecture in (string[])["strided", "nearest-unpool"])
        {
            await page.Pick("Checkpoint", architecture);
            await page.Locator(".strip-title").First.Sees().ToContainTextAsync(architecture);
            foreach (string layer in (string[])["conv1", "code", "deconv1"])
            {
                await page.OpenLayer(layer);
                if (layer == "code" && architecture == "nearest-unpool")
                {
                    await page.Heading("Pooling, and three ways back").Sees().ToBeVisibleAsync();
                    continue;
                }

                await page.Locator(".panel-large canvas").FocusAsync();
                await page.Keyboard.PressAsync("ArrowLeft");
                await page.Keyboard.PressAsync("ArrowUp");
                await page.Locator(".shares .total").Sees().ToBeVisibleAsync();
                await page.Locator(".shares[aria-busy]").Sees().ToHaveCountAsync(0);
                float shown = float.Parse(
                    (await page.Locator(".unit-value").GetAttributeAsync("data-value"))!,
                    CultureInfo.InvariantCulture);
                string place = await page.Locator(".panel-large .hint").InnerTextAsync();
                int[] at = [.. Digits().Matches(place).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture))];
                string checkpoint = await page.Locator("#pick-0").InputValueAsync();
                JsonNode unit = await chromium.Client.Json(
                    $"/v1/checkpoints/{checkpoint}/layers/{layer}/units/{at[0]}/{at[1]}/{at[2]}?dataset=synthetic-digits&index=0");
                Assert.Equal((float)unit["value"]!, shown, 1e-6f);
                Assert.Equal((float)unit["preActivation"]!, Shown(await page.Locator(".shares .total dd").InnerTextAsync()), 1e-3f);
            }
        }
    }

    [Fact]
    public async Task One_output_value_is_written_out_with_its_inputs_kernel_products_and_sum()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync("strided");
        await page.OpenLayer("output");
        await page.Button("Every product").ClickAsync();
        await page.Heading("Which inputs reach it").Sees().ToBeVisibleAsync();
        await page.Locator("#panel-title").Sees().ToContainTextAsync("output, row ");
        string before = await page.Locator("#panel-title").InnerTextAsync();
        await page.Locator(".unit").PressAsync("ArrowDown");
        await page.Locator("#panel-title").Sees().Not.ToHaveTextAsync(before);
        await page.Locator(".unit-row .cells").First.Sees().ToBeVisibleAsync();
        await page.GetByText(" taps. The pixels around it get 4, 6 or 9 in turn").Sees().ToBeVisibleAsync();
        await page.Button("Back to the maps").ClickAsync();
        await page.Tiles().First.Sees().ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_unpooling_is_swapped_with_the_same_weights_and_the_error_jumps()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "nearest-unpool");
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync("nearest-unpool");
        await page.OpenLayer("pool1");
        await page.Locator("[data-way=zero] .unit-result >> nth=0").Sees().Not.ToHaveTextAsync("");
        string before = await page.Locator(".mse").First.InnerTextAsync();
        await page.Button("zero-fill").ClickAsync();
        await page.Locator(".mse").First.Sees().Not.ToHaveTextAsync(before);
        await page.Button("zero-fill").Sees().ToHaveAttributeAsync("aria-pressed", "true");
        Assert.Equal(
            Pages.Number(await page.Locator("[data-way=zero] .unit-result >> nth=0").InnerTextAsync()),
            Pages.Number(await page.Locator(".mse").First.InnerTextAsync()),
            1e-6);
    }

    [Fact]
    public async Task The_film_takes_the_page_back_to_the_first_step_and_the_address_brings_it_back()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync("strided");
        await page.GetByLabel("Step of the training").Sees().ToBeVisibleAsync();
        string before = await page.Locator(".mse").First.InnerTextAsync();
        await page.GetByLabel("Step of the training").PressAsync("Home");
        await page.Locator("#pick-step").Sees().ToHaveTextAsync("step 0 (film)");
        await page.Locator(".mse").First.Sees().Not.ToHaveTextAsync(before);
        string untrained = await page.Locator(".mse").First.InnerTextAsync();
        await page.ReloadAsync();
        await page.Locator("#pick-step").Sees().ToHaveTextAsync("step 0 (film)");
        await page.Locator(".mse").First.Sees().ToHaveTextAsync(untrained);
        await page.GetByLabel("Step of the training").PressAsync("End");
        await page.Locator(".mse").First.Sees().ToHaveTextAsync(before);
    }

    [Fact]
    public async Task An_evaluation_is_made_from_the_page_and_fills_the_map_the_neighbours_and_best_and_worst()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Tab("Map");
        await page.Button("Evaluate the checkpoint").ClickAsync();
        await page.Locator(".map-labels button").Sees().ToHaveCountAsync(10);
        await page.Locator("#neighbours button").Sees().ToHaveCountAsync(5);
        await page.Locator("#histogram .here").Sees().ToHaveCountAsync(1);
        await page.Locator(".map-plane").First.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Locator(".map-tip figcaption").First.Sees().ToContainTextAsync("test image");
        await page.Keyboard.PressAsync("Enter");
        await page.Heading(await Chosen()).Sees().ToBeVisibleAsync();
        await page.Tab("Layers");
        await page.Pick("Compare with", "strided");
        await page.Tab("Map");
        await page.Locator(".map-plane:visible").Sees().ToHaveCountAsync(2);
        await page.Tab("Layers");
        await page.GetByLabel("Compare with").SelectOptionAsync("");
        await page.Tab("Best and worst");
        await page.Locator(".extremes button").Sees().ToHaveCountAsync(48);
        await page.Locator(".per-label p").Sees().ToHaveCountAsync(10);

        async Task<string> Chosen() =>
            $"Test image {Digits().Match(await page.Locator(".map-tip figcaption").First.InnerTextAsync()).Value}";
    }

    [Fact]
    public async Task Each_part_of_the_code_is_switched_off_in_turn_the_most_important_first()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Tab("Ablation");
        ILocator values = page.Locator(".ablations .value");
        await values.Sees().ToHaveCountAsync(32);
        double[] errors = [.. (await values.AllInnerTextsAsync()).Select(Pages.Number)];
        Assert.Equal(errors.OrderDescending(), errors);
    }

    [Fact]
    public async Task What_the_page_has_asked_for_is_shown_as_a_command_that_gives_the_same()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Button("curl").ClickAsync();
        ILocator code = page.Locator("#code-dialog pre");
        await code.Sees().ToContainTextAsync("/activations' \\");
        await page.Locator("#code-dialog").GetByText("Python", new() { Exact = true }).ClickAsync();
        await code.Sees().ToContainTextAsync("client.activations(");
        await page.Locator("#code-dialog").GetByText("TypeScript", new() { Exact = true }).ClickAsync();
        await code.Sees().ToContainTextAsync("await client.activations(");
    }

    [Fact]
    public async Task The_kernels_of_a_layer_are_shown_and_one_is_enlarged()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "nearest-unpool");
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync("nearest-unpool");
        await page.OpenLayer("conv2");
        await page.Button("Kernels").ClickAsync();
        await page.Kernels("conv2").Sees().ToHaveCountAsync(16);
        await page.Button("conv2 kernel 1, from map 1 to map 0").ClickAsync();
        await page.Heading("conv2, kernel 1, from map 1 to map 0").Sees().ToBeVisibleAsync();
        Assert.Matches("Size\\s+5×5", await page.Locator("#map-facts").InnerTextAsync());
    }

    [Fact]
    public async Task The_way_between_two_digits_is_drawn_for_each_checkpoint_and_follows_its_ends()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Pick("Compare with", "nearest-unpool");
        await page.Tab("Map");
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
        await page.Tab("Ablation");
        await page.GetByText("32×7×7: 1,568 numbers").Sees().ToBeVisibleAsync();
        await page.Locator(".outdated").Sees().ToHaveCountAsync(0);
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
    public async Task A_map_that_is_zero_for_one_digit_is_silent_for_this_digit_and_nowhere_called_dead()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "strided");
        await page.Locator(".strip-title").First.Sees().ToContainTextAsync("strided");
        await page.Button("Clear").ClickAsync(); // nothing drawn: a relu network without bias has only zeros
        await page.Locator(".block .silent-count").Filter(new() { HasTextRegex = new(@"^\d+ silent$") }).First.Sees().ToBeVisibleAsync();
        await page.OpenLayer("code");
        ILocator silent = page.Locator(".panel-tiles .tile.zero").First;
        await silent.Sees().ToHaveAttributeAsync("aria-label", SilentMap());
        Assert.DoesNotMatch(@"\b[Dd]ead\b", await page.Locator("#inspect").InnerTextAsync());
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

    private static float Shown(string text) => float.Parse(text.Replace('−', '-'), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^code map \d+, silent for this digit$")]
    private static partial Regex SilentMap();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
