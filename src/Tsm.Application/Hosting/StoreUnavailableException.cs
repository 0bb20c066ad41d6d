namespace Tsm.Application.Hosting;

/// <summary>The store cannot be reached or written now. Transient: nothing is known to be wrong with what was to be written.</summary>
public sealed class StoreUnavailableException(string message, Exception? inner) : Exception(message, inner);
