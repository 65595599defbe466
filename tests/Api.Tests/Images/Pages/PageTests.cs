using System.Collections.Concurrent;
using System.Globalization;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>
/// Reads generated pages from file to 28×28. The long form (<c>./test --long pages</c>) gives the table of
/// docs/images.md.
/// </summary>
public sealed class PageTests(ITestOutputHelper output)
{
    // Seed 1 is what the preparation was tuned on.
    private const ulong Seed = 2;

    private static readonly int s_pages = int.Parse(Environment.GetEnvironmentVariable("PAGES") ?? "99", CultureInfo.InvariantCulture);
    private static readonly double s_megapixels = double.Parse(
        Environment.GetEnvironmentVariable("PAGES_MEGAPIXELS") ?? "0.3",
        CultureInfo.InvariantCulture);

    /// <param name="Right">The digit, or that there is none, or that there are several.</param>
    /// <param name="Negative">Ink and ground the wrong way round.</param>
    private sealed record Reading(string Kind, int Number, bool Right, bool Negative);

    [Fact]
    public async Task Pages_are_read_as_the_digits_on_them()
    {
        var generator = new PageGenerator(Seed, MnistFolder.IsAtHand ? MnistFolder.Load().Test : null, s_megapixels);
        using ImageDecoder decoder = new ImageDecoder(new ImageLimits());
        var readings = new ConcurrentBag<Reading>();
        await Parallel.ForEachAsync(Enumerable.Range(0, s_pages), async (number, token) =>
            readings.Add(await Read(generator.Make(number), number, decoder, token)));

        foreach (IGrouping<string, Reading> kind in readings
                .GroupBy(reading => reading.Kind)
                .OrderBy(kind => Array.IndexOf(PageKinds.All, kind.Key)))
        {
            string wrong = string.Join(", ", kind.Where(reading => !reading.Right).Select(reading => reading.Number).Order());
            output.WriteLine($"| {kind.Key} | {kind.Count(reading => reading.Right)} of {kind.Count()} | {wrong} |");
            Assert.True(kind.Count() < 10 || kind.Count(reading => reading.Right) >= 0.9 * kind.Count(), $"{kind.Key}: {wrong}");
        }

        int right = readings.Count(reading => reading.Right);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | {right} of {s_pages}, {100.0 * right / s_pages:F1} % | |"));
        Assert.DoesNotContain(readings, reading => reading.Negative);
        Assert.True(right >= 0.97 * s_pages, $"{right} of {s_pages}");
    }

    private static async Task<Reading> Read(Page page, int number, ImageDecoder decoder, CancellationToken token)
    {
        DecodedImage decoded = (await decoder.DecodeAsync(page.File, channels: 1, AnyMemory.New(), token)).Value();
        SourceImage source = new SourceImage(decoded.Planes[0], decoded.WasGray, decoded.IsInk);
        return DigitPreparation.Prepare(source, new PreparationOptions()).TryGet(out PreparedDigit? digit, out DigitFault? fault)
            ? new Reading(
                page.Kind,
                number,
                page.Digits == 1 && PageCover.Of(digit.Image, page.Strokes!).IsRight,
                PageCover.IsNegative(digit.Image))
            : new Reading(page.Kind, number, fault is DigitFault.SeveralDigits ? page.Digits > 1 : page.Digits == 0, false);
    }
}
