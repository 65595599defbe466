namespace AutoencoderApi.Domain.Imaging;

/// <summary>A digit, ready for a network.</summary>
/// <param name="Image">28×28, as the network's data are: 0 = background, 255 = ink where the ground is dark.</param>
public sealed record PreparedDigit(GrayImage Image, Preparation Preparation);

/// <summary>Why an image gives no digit.</summary>
public abstract record DigitFault
{
    private DigitFault()
    {
    }

    /// <summary><see cref="Preprocessing.None"/> was asked for, and the image is not 28×28.</summary>
    public sealed record WrongSize(int Width, int Height) : DigitFault;

    /// <param name="Ground">The ground's median level, 0..255.</param>
    /// <param name="Noise">Standard deviation of the ground's noise, in levels.</param>
    /// <param name="StrongestContrast">How far the strongest mark stands out, as a fraction of the ground's level.</param>
    public sealed record NoDigit(int Ground, int Noise, double StrongestContrast) : DigitFault;

    /// <param name="Count">How many digits there are.</param>
    public sealed record SeveralDigits(int Count) : DigitFault;
}
