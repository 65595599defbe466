namespace AutoencoderApi.Domain.Imaging;

/// <summary>What came of preparing an image: a digit, or why there is none.</summary>
public abstract record PreparedDigit
{
    private PreparedDigit()
    {
    }

    /// <param name="Image">28×28, as the network's data are: 0 = background, 255 = ink where the ground is dark.</param>
    public sealed record Ready(GrayImage Image, Preparation Preparation) : PreparedDigit;

    /// <summary><see cref="Preprocessing.None"/> was asked for, and the image is not 28×28.</summary>
    public sealed record WrongSize(int Width, int Height) : PreparedDigit;

    /// <param name="Ground">The ground's median level, 0..255.</param>
    /// <param name="Noise">Standard deviation of the ground's noise, in levels.</param>
    /// <param name="StrongestContrast">How far the strongest mark stands out, as a fraction of the ground's level.</param>
    public sealed record NoDigit(int Ground, int Noise, double StrongestContrast) : PreparedDigit;

    /// <param name="Count">How many digits there are.</param>
    public sealed record SeveralDigits(int Count) : PreparedDigit;
}
