namespace Tsm.Card.GlobalPlatform;

/// <summary>Which life cycle states follow which, and who may say so.</summary>
/// <remarks>GPCS 2.3.1 §5.1 to §5.3 and §11.10. A state never follows itself: cards refuse SET STATUS to the present one.</remarks>
public static class LifeCycleTransitions
{
    /// <summary>Whether an entry may go from one state to another.</summary>
    /// <param name="kind">What the entry is; the issuer security domain's state is the card's.</param>
    /// <param name="from">The present state.</param>
    /// <param name="to">The state it is to have.</param>
    /// <param name="by">Who asks for it.</param>
    public static bool Allow(RegistryKind kind, LifeCycle from, LifeCycle to, LifeCycleActor by) => from != to && kind switch
    {
        RegistryKind.IssuerSecurityDomain => AllowCard(from, to),
        RegistryKind.LoadFile => false,
        _ when to.Value == from.Lock().Value && !from.IsLocked => IsState(kind, from),

        // Only from outside, and only back to where it was.
        _ when from.IsLocked => by == LifeCycleActor.Domain && to == from.Unlock(),
        _ when from == LifeCycle.Installed => by == LifeCycleActor.Domain && to == LifeCycle.Selectable,
        RegistryKind.SecurityDomain => by == LifeCycleActor.Itself && from == LifeCycle.Selectable && to == LifeCycle.Personalized,
        _ => by == LifeCycleActor.Itself && from.IsSelectable && to.IsSelectable,
    };

    // OP_READY, INITIALIZED and SECURED follow each other one way; a lock comes and goes; the end comes from everywhere.
    private static bool AllowCard(LifeCycle from, LifeCycle to) => (from.Value, to.Value) switch
    {
        (0xFF, _) => false,
        (0x01 or 0x07 or 0x0F or 0x7F, 0xFF) => true,
        (0x01, 0x07) or (0x07, 0x0F) or (0x0F, 0x7F) or (0x7F, 0x0F) => true,
        _ => false,
    };

    private static bool IsState(RegistryKind kind, LifeCycle state) => state == LifeCycle.Installed
        || (kind == RegistryKind.SecurityDomain ? state == LifeCycle.Selectable || state == LifeCycle.Personalized : state.IsSelectable);
}

/// <summary>Who asks for a change of state.</summary>
public enum LifeCycleActor
{
    /// <summary>The application or security domain itself.</summary>
    Itself,

    /// <summary>Its security domain for an off-card entity, or a holder of Global Lock.</summary>
    Domain,
}
