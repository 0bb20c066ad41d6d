using System.Reflection;

namespace Tsm.Tests.Requests;

/// <summary>The process dies here: nothing catches it, as nothing catches a cancellation.</summary>
public sealed class ProcessDiedException : OperationCanceledException;

/// <summary>Counts what a process does to the world outside of it, and lets it die before or after one of these things.</summary>
public sealed class Fuse
{
    private int _left = int.MaxValue;
    private bool _after;

    /// <summary>How many things were done.</summary>
    public int Done { get; private set; }

    /// <summary>Sets the fuse: the process dies at the n-th thing from now.</summary>
    public void Set(int things, bool after)
    {
        _left = things;
        _after = after;
    }

    /// <summary>Puts a fuse before a port.</summary>
    public T Guard<T>(T port) where T : class
    {
        T guarded = DispatchProxy.Create<T, Proxy<T>>();
        ((Proxy<T>)(object)guarded).Set(port, this);
        return guarded;
    }

    private object? Run(Func<object?> thing)
    {
        Done++;
        bool dies = --_left == 0;
        if (dies && !_after)
        {
            throw new ProcessDiedException();
        }

        object? result = thing();
        if (dies)
        {
            // What was asked of others is done; that it was is not heard of.
            (result as Task)?.GetAwaiter().GetResult();
            throw new ProcessDiedException();
        }

        return result;
    }

    /// <summary>What stands before the port.</summary>
    public class Proxy<T> : DispatchProxy where T : class
    {
        private T _port = null!;
        private Fuse _fuse = null!;

        internal void Set(T port, Fuse fuse) => (_port, _fuse) = (port, fuse);

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _fuse.Run(() =>
        {
            try
            {
                return targetMethod!.Invoke(_port, args);
            }
            catch (TargetInvocationException wrapped) when (wrapped.InnerException is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(wrapped.InnerException);
                throw;
            }
        });
    }
}
