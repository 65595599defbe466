using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Browser.Tests;

/// <summary>What a browser prints: each page of its PDF as the operators that draw it (ISO 32000-1, 7.7.3 and 7.8.2).</summary>
internal static partial class PrintedPages
{
    public static string[] Of(byte[] pdf)
    {
        string text = Encoding.Latin1.GetString(pdf);
        return [.. Page().Matches(text).Select(page => Stream(text, page.Groups[1].Value))];
    }

    private static string Stream(string pdf, string number)
    {
        Match header = Regex.Match(pdf, $@"\n{number} 0 obj\s*<<.*?/Length (\d+).*?>>\s*stream\r?\n", RegexOptions.Singleline);
        int length = int.Parse(header.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture);
        byte[] packed = Encoding.Latin1.GetBytes(pdf.Substring(header.Index + header.Length, length));
        using var content = new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var reader = new StreamReader(content, Encoding.Latin1);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"/Type /Page\b(?!s).*?/Contents (\d+) 0 R", RegexOptions.Singleline)]
    private static partial Regex Page();
}
