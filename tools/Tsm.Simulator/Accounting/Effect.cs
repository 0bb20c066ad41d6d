using System.Runtime.InteropServices;

namespace Tsm.Simulator.Accounting;

/// <summary>The commands that are not idempotent.</summary>
public enum EffectKind
{
    /// <summary>INSTALL [for load] opened a load.</summary>
    InstallForLoad,

    /// <summary>LOAD took a block.</summary>
    Load,

    /// <summary>INSTALL [for install] made an instance.</summary>
    InstallForInstall,

    /// <summary>INSTALL [for make selectable] made it selectable.</summary>
    MakeSelectable,

    /// <summary>SET STATUS locked it.</summary>
    Lock,

    /// <summary>SET STATUS unlocked it.</summary>
    Unlock,

    /// <summary>DELETE removed it.</summary>
    Delete,

    /// <summary>INSTALL [for extradition] gave it to another domain.</summary>
    Extradition,

    /// <summary>PUT KEY, or STORE DATA, brought keys of one version.</summary>
    PutKey,

    /// <summary>DELETE removed keys of one version.</summary>
    DeleteKeys,
}

/// <summary>What a command that is not idempotent does, and to what.</summary>
/// <param name="Kind">The command.</param>
/// <param name="Aid">The load file, the application or the domain, in hexadecimal.</param>
/// <param name="Block">The block number of a LOAD, the version of keys, else 0.</param>
/// <param name="Detail">The domain that something was given to, or the check values of keys; else nothing.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct Effect(EffectKind Kind, string Aid, int Block = 0, string Detail = "")
{
    /// <summary>Whether this one takes the place of another: what was given to one domain is no longer with the other.</summary>
    public bool Supersedes(Effect other) => string.Equals(Aid, other.Aid, StringComparison.Ordinal) && Kind switch
    {
        EffectKind.Extradition => other.Kind == EffectKind.Extradition,
        EffectKind.PutKey or EffectKind.DeleteKeys =>
            other.Kind is EffectKind.PutKey or EffectKind.DeleteKeys && other.Block == Block,
        _ => false,
    };

    /// <summary>The effects that are no longer in force once this one is.</summary>
    public IEnumerable<Effect> Opposites() => Kind switch
    {
        EffectKind.Lock => [this with { Kind = EffectKind.Unlock }],
        EffectKind.Unlock => [this with { Kind = EffectKind.Lock }],
        EffectKind.InstallForLoad or EffectKind.InstallForInstall => [this with { Kind = EffectKind.Delete }],
        _ => [],
    };

    /// <summary>The command in words, with the AID.</summary>
    public override string ToString() => Kind switch
    {
        EffectKind.InstallForLoad => $"INSTALL [for load] {Aid}",
        EffectKind.Load => $"LOAD block {Block} of {Aid}",
        EffectKind.InstallForInstall => $"INSTALL [for install] {Aid}",
        EffectKind.MakeSelectable => $"INSTALL [for make selectable] {Aid}",
        EffectKind.Lock => $"SET STATUS [lock] {Aid}",
        EffectKind.Unlock => $"SET STATUS [unlock] {Aid}",
        EffectKind.Delete => $"DELETE {Aid}",
        EffectKind.Extradition => $"INSTALL [for extradition] {Aid} to {Detail}",
        EffectKind.PutKey => $"PUT KEY version {Block:X2} {Detail} of {Aid}",
        EffectKind.DeleteKeys => $"DELETE key version {Block:X2}{Detail} of {Aid}",
        _ => $"{Kind} {Aid}",
    };
}
