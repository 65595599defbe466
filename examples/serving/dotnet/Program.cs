// Runs an exported model on an image and compares with the service's reconstruction: docs/serving.md.
// Reconstruct MODEL IMAGE RECONSTRUCTION [BATCH]
using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;

string model = args[0];
JsonElement image = JsonElement.Parse(File.ReadAllText(args[1])), expected = JsonElement.Parse(File.ReadAllText(args[2]));
int images = args.Length > 3 ? int.Parse(args[3], null) : 1;
long[] shape = image.GetProperty("shape").Deserialize<long[]>()!; // [C, H, W]
float[] pixels = image.GetProperty("pixels").Deserialize<float[]>()!;
float[] reconstructed = expected.GetProperty("pixels").Deserialize<float[]>()!;
float[] values = [.. Enumerable.Repeat(pixels, images).SelectMany(each => each)]; // the image, repeated

using var options = new RunOptions();
using var session = new InferenceSession(model);
using OrtValue picture = OrtValue.CreateTensorValueFromMemory(values, [images, .. shape]); // [N, C, H, W]
using var outputs = session.Run(options, ["picture"], [picture], ["reconstruction", "code"]);

ReadOnlySpan<float> reconstruction = outputs[0].GetTensorDataAsSpan<float>();
double squares = 0, difference = 0;
for (int i = 0; i < reconstruction.Length; i++)
{
    squares += Math.Pow(reconstruction[i] - values[i], 2);
    difference = Math.Max(difference, Math.Abs(reconstruction[i] - reconstructed[i % pixels.Length]));
}

Console.WriteLine($"shape of the code: {string.Join(',', outputs[1].GetTensorTypeAndShape().Shape)}");
Console.WriteLine($"MSE: {squares / values.Length:0.000e-0}, in the service {expected.GetProperty("mse").GetDouble():0.000e-0}");
Console.WriteLine($"largest difference: {difference:0.00e-0}");

long start = Stopwatch.GetTimestamp();
int runs = 0;
for (; Stopwatch.GetElapsedTime(start).TotalSeconds < 1; runs++)
{
    session.Run(options, ["picture"], [picture], ["reconstruction", "code"]).Dispose();
}

Console.WriteLine($"images/s in batches of {images}: {runs * images / Stopwatch.GetElapsedTime(start).TotalSeconds:0}");
