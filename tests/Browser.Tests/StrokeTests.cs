using Microsoft.Playwright;

namespace AutoencoderApi.Browser.Tests;

/// <summary>A measurement for docs/page.md, on a quiet machine only: run with -explicit only.</summary>
[Collection(ChromiumCollection.Name)]
public sealed class StrokeTests(Chromium chromium)
{
    private const int Strokes = 20;
    private const double GoalMilliseconds = 50;

    [Fact(Explicit = true)]
    public async Task A_stroke_is_answered_within_a_blink()
    {
        IPage page = await chromium.Open();
        await page.SeeNetwork();
        await page.EvaluateAsync(
            """
            () => {
              window.taken = [];
              const label = document.querySelector(".took");
              new MutationObserver(() => window.taken.push(Number(label.dataset.milliseconds)))
                .observe(label, { attributeFilter: ["data-milliseconds"] });
            }
            """);
        await page.Button("Clear").ClickAsync();
        for (int i = 0; i < Strokes; i++)
        {
            float x = 0.1f + 0.8f * i / Strokes;
            await page.Stroke((x, 0.15f), (1 - x, 0.85f), moves: 20);
        }

        double[] taken = [.. (await page.EvaluateAsync<double[]>("window.taken")).Order()];
        double median = taken[taken.Length / 2];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{taken.Length} answers: median {median:F1} ms, 95 % within {taken[(int)(0.95 * taken.Length)]:F1} ms, slowest "
            + $"{taken[^1]:F1} ms"
        );
        Assert.InRange(median, 0, GoalMilliseconds);
    }
}
