namespace Tsm.Orleans.Grains;

/// <summary>Where grains are stored.</summary>
internal static class TsmStorage
{
    /// <summary>The name of the storage provider.</summary>
    public const string Name = "tsm";

    /// <summary>What is stored, as it stands in the column <c>graintypestring</c>. It is part of the key of every row.</summary>
    public const string StateName = "grain";
}
