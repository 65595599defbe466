namespace AutoencoderApi.Api.Startup;

/// <summary>The service cannot start as it is set up.</summary>
/// <param name="sentence">What is wrong, for the operator: the setting, the path or address, and the user where that matters.</param>
internal sealed class StartException(string sentence, Exception? cause = null) : Exception(sentence, cause);
