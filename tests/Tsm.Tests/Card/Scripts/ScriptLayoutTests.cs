using FsCheck.Fluent;
using Tsm.Card.Apdu;
using Tsm.Card.Encoding;
using Tsm.Card.Scripts;

namespace Tsm.Tests.Card.Scripts;

/// <summary>The room of scripts in either format is what their octets take.</summary>
public sealed class ScriptLayoutTests
{
    [Fact]
    public void Commands_that_fit_the_room_make_a_script_that_fits_the_capacity_and_no_more_would()
    {
        var cases =
            from format in Gen.Elements(ScriptFormat.Compact, ScriptFormat.Expanded)
            from capacity in Gen.Choose(20, 900)
            select (format, capacity);

        FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var commands = new List<CommandApdu>();
            int room = ScriptLayout.Room(c.format, c.capacity);
            for (int most = Most(); most > 0; most = Most())
            {
                commands.Add(Command(most));
                room -= ScriptLayout.SizeOf(c.format, commands[^1]);
            }

            int Most() => Math.Min(CommandApdu.MaxData, ScriptLayout.MostData(c.format, room));
            Assert.True(room >= 0);
            Assert.InRange(ScriptLayout.Write(c.format, commands).Length, c.capacity - 10, c.capacity);
        }));
    }

    [Theory]
    [InlineData(ScriptFormat.Compact, 100, 100)]
    [InlineData(ScriptFormat.Expanded, 129, 127)]
    [InlineData(ScriptFormat.Expanded, 130, 127)]
    [InlineData(ScriptFormat.Expanded, 131, 128)]
    [InlineData(ScriptFormat.Expanded, 258, 255)]
    [InlineData(ScriptFormat.Expanded, 259, 255)]
    [InlineData(ScriptFormat.Expanded, 260, 256)]
    [InlineData(ScriptFormat.Expanded, 1, 0)]
    public void A_template_takes_as_little_room_as_its_length_needs(ScriptFormat format, int capacity, int room) =>
        Assert.Equal(room, ScriptLayout.Room(format, capacity));

    private static CommandApdu Command(int length) => new(0x80, Instruction.Load, 0, 0, Octets.Own(new byte[length]), Le: 0);
}
