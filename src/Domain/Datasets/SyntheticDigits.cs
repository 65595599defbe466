namespace AutoencoderApi.Domain.Datasets;

public static class SyntheticDigits
{
    public static Dataset Create() => throw new NotSupportedException();
}
