namespace Insp1r.Platform;

/// <summary>A failure whose message tells the user what happened and what to do: it is printed as it is, without a stack trace.</summary>
internal sealed class PlatformException(string message) : Exception(message);
