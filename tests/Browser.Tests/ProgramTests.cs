using System.Diagnostics;
using AutoencoderApi.Tests;
using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>What "As curl" shows runs, in each of its three languages.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class ProgramTests(Chromium chromium)
{
    [Fact]
    public async Task The_command_and_the_TypeScript_of_each_card_run_as_they_stand()
    {
        foreach ((string card, string curl, _, string typescript) in await Programs())
        {
            string command = curl.Replace("curl ", "curl -sS --fail-with-body ", StringComparison.Ordinal);
            string answer = await Run("bash", ["-c", $"cd \"$(mktemp -d)\" && {command} && ls"]);
            Assert.True(answer.Length > 2, card);
            string client = new Uri(Path.Combine(Repository.Root, "clients", "typescript", "src", "index.js")).AbsoluteUri;
            string script = typescript.Replace("\"autoencoder-api\"", $"\"{client}\"", StringComparison.Ordinal);
            Assert.True((await Run("node", ["--input-type=module", "-e", script])).Length > 0, card);
        }
    }

    [Fact]
    public async Task The_Python_of_each_card_runs_as_it_stands()
    {
        Python.SkipWithout("numpy");
        foreach ((string card, _, string python, _) in await Programs())
        {
            Assert.True(Python.Run(python).Length > 0, card);
        }
    }

    /// <summary>The texts of all cards, of a network that has an evaluation and a film.</summary>
    private async Task<List<(string Card, string Curl, string Python, string TypeScript)>> Programs()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.Pick("Checkpoint", "nearest-unpool");
        var programs = new List<(string, string, string, string)>();
        await page.Go("Train");
        await page.Form("A new network").Field("Steps").FillAsync("10");
        await page.Form("A new network").Field("Network").SelectOptionAsync("dense");
        await Take("the training", "the jobs");
        await page.Go("Compare");
        await page.GetByText("Hyperparameter sweep").ClickAsync();
        await page.Form("A new experiment").Field("Values, separated by commas").FillAsync("0.01");
        await page.Form("A new experiment").Field("Steps").FillAsync("10");
        await Take("the experiment");
        await page.Go("Inspect");
        await Take("the film");
        await page.OpenLayer("conv1");
        await TakeOf("conv1", page.Locator(".panel").GetByText("As curl"));
        await page.Button("Every product").ClickAsync();
        await TakeOf("a unit of conv1", page.Locator(".panel").GetByText("As curl"));
        await page.Tab("Ablation");
        await page.Locator(".ablations .value").First.Sees().ToBeVisibleAsync();
        await Take("ablation");
        await page.Tab("Best and worst");
        ILocator evaluate = page.Button("Evaluate this checkpoint");
        await evaluate.Or(page.Locator(".extremes button").First).Sees().ToBeVisibleAsync();
        if (await evaluate.IsVisibleAsync())
        {
            await evaluate.ClickAsync(); // once for both tests
        }

        await page.Locator(".extremes button").First.Sees().ToBeVisibleAsync();
        await Take("the evaluation", "the score", "the neighbours");
        await page.Tab("Map");
        await page.Locator(".map-labels button").First.Sees().ToBeVisibleAsync();
        await Take("the map", "the interpolation");
        return programs;

        async Task Take(params string[] cards)
        {
            foreach (string card in cards)
            {
                await TakeOf(card, page.Button($"As curl: {card}").First);
            }
        }

        async Task TakeOf(string card, ILocator button)
        {
            await button.ClickAsync();
            ILocator dialog = page.Locator("#code-dialog");
            var texts = new List<string>();
            foreach (string language in (string[])["curl", "Python", "TypeScript"])
            {
                await dialog.GetByText(language, new() { Exact = true }).ClickAsync();
                texts.Add(await dialog.Locator("pre").InnerTextAsync());
            }

            programs.Add((card, texts[0], texts[1], texts[2]));
            await dialog.GetByText("Close", new() { Exact = true }).ClickAsync();
        }
    }

    private static async Task<string> Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{arguments[^1]}\n{output}\n{await error}");
        return output;
    }
}
