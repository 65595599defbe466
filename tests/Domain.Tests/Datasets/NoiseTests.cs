using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class NoiseTests
{
    private const int Images = 400, Size = 784;

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.1)]
    public void Gaussian_noise_has_mean_0_and_the_deviation_asked_for(double amount)
    {
        double[] errors = [.. Drawn(NoiseKind.Gaussian, amount, 0.5f).Select(value => value - 0.5)]; // five deviations from being clamped
        double deviation = Math.Sqrt(errors.Average(error => error * error));
        Assert.Equal(0, errors.Average(), 4 * amount / Math.Sqrt(errors.Length));
        Assert.Equal(amount, deviation, 0.01 * amount);
        Assert.Equal(0.6827, errors.Count(error => Math.Abs(error) < amount) / (double)errors.Length, 0.005);
        Assert.Equal(0.9545, errors.Count(error => Math.Abs(error) < 2 * amount) / (double)errors.Length, 0.003);
        double neighbours = errors.Zip(errors.Skip(1), (a, b) => a * b).Average(),
            pairs = errors.Zip(errors.Skip(16), (a, b) => a * b).Average();
        Assert.Equal(0, neighbours / (amount * amount), 0.01);
        Assert.Equal(0, pairs / (amount * amount), 0.01); // the two normals that one pair of uniforms makes
    }

    [Fact]
    public void Values_stay_within_0_and_1() =>
        Assert.All([.. Drawn(NoiseKind.Gaussian, 1, 0.9f), .. Drawn(NoiseKind.SaltAndPepper, 1, 0.9f)], value =>
            Assert.InRange(value, 0, 1));

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    public void Salt_and_pepper_sets_the_share_asked_for_half_of_it_to_0(double amount)
    {
        float[] values = Drawn(NoiseKind.SaltAndPepper, amount, 0.25f);
        Assert.Equal(amount / 2, values.Count(value => value == 0) / (double)values.Length, 0.005);
        Assert.Equal(amount / 2, values.Count(value => value == 1) / (double)values.Length, 0.005);
        Assert.Equal(1 - amount, values.Count(value => value == 0.25f) / (double)values.Length, 0.005);
    }

    [Theory]
    [InlineData(NoiseKind.Gaussian)]
    [InlineData(NoiseKind.SaltAndPepper)]
    public void An_images_noise_depends_on_seed_and_number_alone(NoiseKind kind)
    {
        var noise = new Noise { Kind = kind, Amount = 0.3 };
        float[] first = One(noise, 7, 3);
        Assert.Equal(first, One(noise, 7, 3));
        Assert.NotEqual(first, One(noise, 7, 4));
        Assert.NotEqual(first, One(noise, 8, 3));
    }

    private static float[] Drawn(NoiseKind kind, double amount, float value) =>
        [.. Enumerable.Range(0, Images).SelectMany(number => One(new Noise { Kind = kind, Amount = amount }, 1, (ulong)number, value))];

    private static float[] One(Noise noise, int seed, ulong number, float value = 0.5f)
    {
        float[] image = [.. Enumerable.Repeat(value, Size)];
        noise.AddTo(image, seed, number);
        return image;
    }
}
