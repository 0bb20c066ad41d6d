using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Tsm.Application.Applications;
using Tsm.Application.Cards;
using Tsm.Application.Jobs;
using Tsm.Card.Identifiers;

namespace Tsm.Storage;

/// <summary>
/// What is stored as JSON inside a column: identifiers as hexadecimal digits, enumerations by name. Values that are false or
/// zero are written, because a card model's defaults are not.
/// </summary>
[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(AidConverter), typeof(TarConverter)])]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(CardModel))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(ImmutableSortedDictionary<string, string>))]
[JsonSerializable(typeof(Aid[]))]
[JsonSerializable(typeof(PackageReference[]))]
internal sealed partial class StorageJson : JsonSerializerContext;
