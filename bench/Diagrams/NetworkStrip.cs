using System.Text.Json.Nodes;

namespace AutoencoderApi.Diagrams;

/// <summary>
/// The networks of an ended experiment below one another: name, test loss, code size, and test images over their reconstructions.
/// </summary>
internal static class NetworkStrip
{
    private const int Count = 10, Side = 56, Left = 190, Row = 64, Top = 34;

    public static async Task<string> DrawAsync(Uri service, string experiment)
    {
        using var http = new HttpClient { BaseAddress = service };
        JsonArray jobs = (await Json(http, $"/v1/experiments/{experiment}"))["jobs"]!.AsArray();
        var svg = new Svg(Left + (Count * Side) + 16, Top + (Row * (jobs.Count + 1)));
        svg.Text(16, 22, "MSE on 10,000 test digits", 12, "start", fill: "#444c55");
        svg.Text(Left, 22, "test digits, and their reconstructions", 12, "start", fill: "#444c55");
        svg.Text(16, Top + 34, "input", 15, "start", bold: true);
        string images = "/v1/datasets/mnist/test/";
        for (int i = 0; i < Count; i++)
        {
            svg.Png(Left + (i * Side), Top, Side, Side, await http.GetByteArrayAsync($"{images}{i}.png"));
        }

        for (int row = 1; row <= jobs.Count; row++)
        {
            JsonNode job = jobs[row - 1]!;
            string checkpoint = $"/v1/checkpoints/{job["latestCheckpoint"]}";
            int code = (int)(await Json(http, checkpoint))["codeSize"]!;
            int y = Top + (row * Row);
            svg.Text(16, y + 18, (string)job["name"]!, 15, "start", bold: true);
            svg.Text(16, y + 36, FormattableString.Invariant($"MSE {(double)job["loss"]!["test"]!:0.000000}"), 13, "start");
            svg.Text(16, y + 53, FormattableString.Invariant($"code of {code:N0} numbers"), 13, "start");
            for (int i = 0; i < Count; i++)
            {
                string reconstruction = $"{checkpoint}/reconstruction.png?dataset=mnist&index={i}";
                svg.Png(Left + (i * Side), y, Side, Side, await http.GetByteArrayAsync(reconstruction));
            }
        }

        return svg.ToString();
    }

    private static async Task<JsonNode> Json(HttpClient http, string path) => JsonNode.Parse(await http.GetStringAsync(path))!;
}
