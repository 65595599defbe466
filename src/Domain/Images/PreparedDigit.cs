namespace AutoencoderApi.Domain.Images;

/// <summary>What came of preparing a picture: a digit, or why there is none.</summary>
public abstract record PreparedDigit
{
    private PreparedDigit()
    {
    }

    /// <param name="Picture">28×28, 0 = background, 255 = ink.</param>
    public sealed record Ready(GrayPicture Picture) : PreparedDigit;

    /// <summary><see cref="Preprocessing.None"/> was asked for, and the picture is not 28×28.</summary>
    public sealed record WrongSize(int Width, int Height) : PreparedDigit;
}
