using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>What ./demo shows of a job, from the answers that the service gives.</summary>
[Collection(TrainedCollection.Name)]
[StartsProcesses]
public sealed class DemoTests(TrainedService trained)
{
    [Fact]
    public async Task A_job_without_an_evaluation_is_shown_without_a_loss_and_an_ended_one_with_its_own()
    {
        using HttpResponseMessage made = await trained.Service.Post(
            "/v1/training-jobs", """{"dataset":"synthetic-digits","steps":20,"evaluateEvery":20,"checkpointEvery":20}""");
        string fresh = await Shown(await made.Content.ReadAsStringAsync());
        Assert.Contains("  0 %", fresh, StringComparison.Ordinal);
        Assert.DoesNotContain("loss", fresh, StringComparison.Ordinal);
        Assert.DoesNotContain("to go", fresh, StringComparison.Ordinal);

        string self = made.Headers.Location!.ToString();
        JsonNode job = await trained.Service.Await(self, job => (string?)job["status"] == "succeeded");
        string ended = await Shown(await trained.Service.Http.GetStringAsync(self));
        Assert.Contains($"validation loss {(double)job["loss"]!["validation"]!:F6}", ended, StringComparison.Ordinal);
        Assert.Contains("100 %", ended, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_images_of_the_networks_stand_in_one_file_with_their_names_losses_and_code_sizes()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-strip-").FullName;
        try
        {
            string file = Path.Combine(folder, "networks.svg"), png = Path.Combine(folder, "digits.png");
            byte[] image = await trained.Service.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/0.png?scale=10");
            await File.WriteAllBytesAsync(png, image);
            await Bash(". build/strip.sh; strip \"$@\"", file, png, "strided", "0.000470", "1568", png, "dense", "0.016106", "64");
            XElement svg = XElement.Load(file);
            XElement[] images = [.. svg.Elements().Where(part => part.Name.LocalName == "image")];
            Assert.Equal(["12", "304"], images.Select(part => part.Attribute("y")!.Value));
            Assert.All(images, part => Assert.Equal("280", part.Attribute("width")!.Value));
            string address = $"data:image/png;base64,{Convert.ToBase64String(image)}";
            Assert.All(images, part => Assert.Equal(address, part.Attribute("href")!.Value));
            Assert.Equal(
                ["strided", "MSE 0.000470", "code of 1568 numbers", "dense", "MSE 0.016106", "code of 64 numbers"],
                svg.Elements().Where(part => part.Name.LocalName == "text").Select(part => part.Value));
            Assert.Equal(("468", "596"), (svg.Attribute("width")!.Value, svg.Attribute("height")!.Value));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<string> Shown(string job) => Bash(". build/progress.sh; progress \"$1\"", job);

    private static async Task<string> Bash(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", ["-euo", "pipefail", "-c", script, "bash", .. arguments])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
        };
        using Process bash = Process.Start(start)!;
        string shown = await bash.StandardOutput.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.Equal(0, bash.ExitCode);
        return shown;
    }
}
