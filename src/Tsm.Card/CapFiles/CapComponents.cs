using System.Runtime.InteropServices;
using Tsm.Card.Identifiers;

namespace Tsm.Card.CapFiles;

/// <summary>Writes the components of a package of small applets (JCVM 2.2.2 §6, format 2.1).</summary>
/// <remarks>Every applet has three methods: its constructor, install and process.</remarks>
internal sealed class CapComponents(CapBuilder package)
{
    private const int MethodsEach = 3;
    private const int ClassInfoLength = 12;
    private const int ReferenceLength = 2;
    private const byte ExternalPackage = 0x80;

    // Tokens of the export file of javacard.framework 1.2, which is import 0.
    private const int AppletClass = 3;
    private const int ApduClass = 10;
    private const int AppletConstructor = 0;
    private const int AppletRegister = 2;
    private const int AppletSelecting = 3;
    private const int AppletProcess = 7;
    private const int ApduSendBytesLong = 5;
    private const int ApduSetOutgoing = 7;
    private const int ApduSetOutgoingLength = 9;

    private readonly List<MethodRecord> _methods = [];
    private readonly List<int> _references = [];
    private ComponentWriter _code = new();

    private int Count => package.Applets.Length;

    public IReadOnlyList<(ComponentTag Tag, byte[] Octets)> Build()
    {
        byte[] method = Method();
        var components = new SortedDictionary<ComponentTag, byte[]>
        {
            [ComponentTag.Header] = Header(),
            [ComponentTag.Import] = Import(),
            [ComponentTag.ConstantPool] = ConstantPool(),
            [ComponentTag.Class] = Class(),
            [ComponentTag.Method] = method,
            [ComponentTag.StaticField] = StaticField(),
            [ComponentTag.RefLocation] = RefLocation(),
            [ComponentTag.Descriptor] = Descriptor(),
        };
        if (Count > 0)
        {
            components[ComponentTag.Applet] = Applet();
        }
        else
        {
            // No classes: what counts is that the package can be named in an import.
            components[ComponentTag.Export] = new ComponentWriter().U1(0).ToComponent(ComponentTag.Export);
        }

        components[ComponentTag.Directory] = Directory(components);
        return [.. components.Select(c => (c.Key, c.Value))];
    }

    private static void WriteAid(ComponentWriter writer, Aid aid) => writer.U1(aid.Length).Write(aid.Span);

    private byte[] Header()
    {
        //  magic 4 | format minor, major | flags | package minor, major | L AID
        ComponentWriter writer = new ComponentWriter().U2(0xDECA).U2(0xFFED).U1(1).U1(2).U1((int)(Count > 0 ? CapTraits.HasApplets : CapTraits.Exports))
            .U1(package.Version.Minor).U1(package.Version.Major);
        WriteAid(writer, package.PackageAid);
        return writer.ToComponent(ComponentTag.Header);
    }

    private byte[] Directory(SortedDictionary<ComponentTag, byte[]> components)
    {
        const int Info = 31;
        var writer = new ComponentWriter();
        for (ComponentTag tag = ComponentTag.Header; tag <= ComponentTag.Descriptor; tag++)
        {
            int size = components.TryGetValue(tag, out byte[]? octets) ? octets.Length - ComponentReader.HeaderLength : 0;
            writer.U2(tag == ComponentTag.Directory ? Info : size);
        }

        //  static image, arrays, array octets | imports | applets | custom components
        writer.U2(ReferenceLength * Count).U2(Count).U2(package.Applets.Sum(a => a.PayloadLength))
            .U1(package.AllImports.Length).U1(Count).U1(0);
        return writer.ToComponent(ComponentTag.Directory);
    }

    private byte[] Applet()
    {
        ComponentWriter writer = new ComponentWriter().U1(Count);
        for (int i = 0; i < Count; i++)
        {
            WriteAid(writer, package.Applets[i].Aid);
            writer.U2(_methods[MethodsEach * i + 1].Offset);
        }

        return writer.ToComponent(ComponentTag.Applet);
    }

    private byte[] Import()
    {
        ComponentWriter writer = new ComponentWriter().U1(package.AllImports.Length);
        foreach (CapImport import in package.AllImports)
        {
            WriteAid(writer.U1(import.Minor).U1(import.Major), import.Aid);
        }

        return writer.ToComponent(ComponentTag.Import);
    }

    private byte[] Class()
    {
        var writer = new ComponentWriter();
        for (int i = 0; i < Count; i++)
        {
            //  flags and interfaces | superclass 2 | fields, first reference, references
            //  | public methods: base, count | package methods: base, count | offsets
            writer.U1(0).U1(ExternalPackage).U1(AppletClass).U1(0).U1(0xFF).U1(0)
                .U1(AppletProcess).U1(1).U1(0).U1(0).U2(_methods[MethodsEach * i + 2].Offset);
        }

        return writer.ToComponent(ComponentTag.Class);
    }

    private byte[] StaticField()
    {
        const int ByteArray = 3;
        ComponentWriter writer = new ComponentWriter().U2(ReferenceLength * Count).U2(Count).U2(Count);
        for (int i = 0; i < Count; i++)
        {
            byte[] text = System.Text.Encoding.ASCII.GetBytes($"Hello from {package.Name}, applet {package.Applets[i].Aid}. ");
            byte[] payload = new byte[package.Applets[i].PayloadLength];
            for (int at = 0; at < payload.Length; at++)
            {
                payload[at] = text[at % text.Length];
            }

            writer.U1(ByteArray).U2(payload.Length).Write(payload);
        }

        //  no other static field has a value
        return writer.U2(0).U2(0).ToComponent(ComponentTag.StaticField);
    }

    private byte[] ConstantPool()
    {
        ComponentWriter writer = new ComponentWriter().U2(Pool.Shared + Pool.Each * Count);

        //  StaticMethodref 6 and VirtualMethodref 3 of the framework: tag | package | class | token
        writer.U1(6).U1(ExternalPackage).U1(AppletClass).U1(AppletConstructor);
        writer.U1(3).U1(ExternalPackage).U1(AppletClass).U1(AppletRegister);
        writer.U1(3).U1(ExternalPackage).U1(AppletClass).U1(AppletSelecting);
        writer.U1(3).U1(ExternalPackage).U1(ApduClass).U1(ApduSetOutgoing);
        writer.U1(3).U1(ExternalPackage).U1(ApduClass).U1(ApduSetOutgoingLength);
        writer.U1(3).U1(ExternalPackage).U1(ApduClass).U1(ApduSendBytesLong);
        for (int i = 0; i < Count; i++)
        {
            //  Classref 1, StaticMethodref 6 of the constructor, StaticFieldref 5 of the payload
            writer.U1(1).U2(ClassInfoLength * i).U1(0);
            writer.U1(6).U1(0).U2(_methods[MethodsEach * i].Offset);
            writer.U1(5).U1(0).U2(ReferenceLength * i);
        }

        return writer.ToComponent(ComponentTag.ConstantPool);
    }

    private byte[] Method()
    {
        // No exception handlers.
        _code = new ComponentWriter().U1(0);
        for (int i = 0; i < Count; i++)
        {
            int own = Pool.Shared + Pool.Each * i;
            Begin(maxStack: 1, arguments: 1);
            _code.U1(Op.Aload0);
            Refer(Op.InvokeSpecial, Pool.Constructor);
            End();

            // new Applet().register(array, (short) (offset + 1), array[offset])
            Begin(maxStack: 5, arguments: 3);
            Refer(Op.New, own);
            _code.U1(Op.Dup);
            Refer(Op.InvokeSpecial, own + Pool.OwnConstructor);
            _code.U1(Op.Aload0).U1(Op.Sload1).U1(Op.Sconst1).U1(Op.Sadd).U1(Op.Aload0).U1(Op.Sload1).U1(Op.Baload);
            Refer(Op.InvokeVirtual, Pool.Register);
            End();

            // if (selectingApplet()) return; setOutgoing(); setOutgoingLength(n); sendBytesLong(payload, 0, n)
            int answer = Math.Min(package.Applets[i].PayloadLength, byte.MaxValue);
            Begin(maxStack: 4, arguments: 2);
            _code.U1(Op.Aload0);
            Refer(Op.InvokeVirtual, Pool.Selecting);
            _code.U1(Op.IfEq).U1(3).U1(Op.Return).U1(Op.Aload1);
            Refer(Op.InvokeVirtual, Pool.SetOutgoing);
            _code.U1(Op.Pop).U1(Op.Aload1).U1(Op.Sspush).U2(answer);
            Refer(Op.InvokeVirtual, Pool.SetOutgoingLength);
            _code.U1(Op.Aload1);
            Refer(Op.GetStaticA, own + Pool.OwnPayload);
            _code.U1(Op.Sconst0).U1(Op.Sspush).U2(answer);
            Refer(Op.InvokeVirtual, Pool.SendBytesLong);
            End();
        }

        return _code.ToComponent(ComponentTag.Method);
    }

    private void Begin(int maxStack, int arguments)
    {
        _methods.Add(new(_code.Position, 0));
        _code.U1(maxStack).U1(arguments << 4);
    }

    private void End()
    {
        const int MethodHeader = 2;
        _code.U1(Op.Return);
        MethodRecord method = _methods[^1];
        _methods[^1] = method with { Length = _code.Position - method.Offset - MethodHeader };
    }

    private void Refer(int opcode, int constant)
    {
        _code.U1(opcode);
        _references.Add(_code.Position);
        _code.U2(constant);
    }

    private byte[] RefLocation()
    {
        var steps = new ComponentWriter();
        int last = 0;
        foreach (int reference in _references)
        {
            int step = reference - last;
            for (; step >= byte.MaxValue; step -= byte.MaxValue)
            {
                steps.U1(byte.MaxValue);
            }

            steps.U1(step);
            last = reference;
        }

        //  one-octet indices: none | two-octet indices
        byte[] offsets = steps.ToComponent(ComponentTag.RefLocation)[ComponentReader.HeaderLength..];
        return new ComponentWriter().U2(0).U2(offsets.Length).Write(offsets).ToComponent(ComponentTag.RefLocation);
    }

    private byte[] Descriptor()
    {
        var types = new TypeTable(Pool.Shared + Pool.Each * Count);
        ComponentWriter writer = new ComponentWriter().U1(Count);
        for (int i = 0; i < Count; i++)
        {
            //  token | flags | class 2 | interfaces 1 | fields 2 | methods 2
            writer.U1(i).U1(Access.Public).U2(ClassInfoLength * i).U1(0).U2(1).U2(MethodsEach);

            //  token | flags | padding, offset 2 | type 2
            writer.U1(0xFF).U1(Access.Private | Access.Static).U1(0).U2(ReferenceLength * i).U2(types.Bytes);
            Describe(0, Access.Public | Access.Init, _methods[MethodsEach * i], types.Nothing);
            Describe(1, Access.Public | Access.Static, _methods[MethodsEach * i + 1], types.Install);
            Describe(AppletProcess, Access.Public, _methods[MethodsEach * i + 2], types.Process);
        }

        types.Write(writer, Count);
        return writer.ToComponent(ComponentTag.Descriptor);

        //  token | flags | offset 2 | type 2 | bytecode 2 | handlers 2 | first handler 2
        void Describe(int token, int access, MethodRecord method, int type) =>
            writer.U1(token).U1(access).U2(method.Offset).U2(type).U2(method.Length).U2(0).U2(0);
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct MethodRecord(int Offset, int Length);

    /// <summary>The order of the constant pool.</summary>
    internal static class Pool
    {
        public const int Constructor = 0;
        public const int Register = 1;
        public const int Selecting = 2;
        public const int SetOutgoing = 3;
        public const int SetOutgoingLength = 4;
        public const int SendBytesLong = 5;
        public const int Shared = 6;
        public const int OwnConstructor = 1;
        public const int OwnPayload = 2;
        public const int Each = 3;
    }

    // JCVM 2.2.2 §7.5.
    private static class Op
    {
        public const int Sconst0 = 0x03;
        public const int Sconst1 = 0x04;
        public const int Sspush = 0x11;
        public const int Aload0 = 0x18;
        public const int Aload1 = 0x19;
        public const int Sload1 = 0x1D;
        public const int Baload = 0x25;
        public const int Pop = 0x3B;
        public const int Dup = 0x3D;
        public const int Sadd = 0x41;
        public const int IfEq = 0x60;
        public const int Return = 0x7A;
        public const int GetStaticA = 0x7B;
        public const int InvokeVirtual = 0x8B;
        public const int InvokeSpecial = 0x8C;
        public const int New = 0x8F;
    }

    // JCVM 2.2.2 tables 6-26 and 6-27.
    private static class Access
    {
        public const int Public = 0x01;
        public const int Private = 0x02;
        public const int Static = 0x08;
        public const int Init = 0x80;
    }

    /// <summary>The types at the end of the Descriptor component (JCVM 2.2.2 §6.13.4).</summary>
    private sealed class TypeTable
    {
        // Nibbles of a type: 1 void, 2 boolean, 3 byte, 4 short, 6 reference and its class, B byte array.
        private static readonly byte[][] Types =
        [
            [0x01, 0x10],
            [0x04, 0xB4, 0x31],
            [0x06, 0x68, 0x00, 0xA1],
            [0x01, 0x20],
            [0x01, 0x40],
            [0x02, 0x41],
            [0x04, 0xB4, 0x41],
            [0x01, 0xB0],
        ];

        private readonly int[] _offsets = new int[Types.Length];

        public TypeTable(int constants)
        {
            // Offsets count from the start of the table, its list of constants included.
            int offset = 2 + 2 * constants;
            for (int i = 0; i < Types.Length; i++)
            {
                _offsets[i] = offset;
                offset += Types[i].Length;
            }
        }

        public int Nothing => _offsets[0];

        public int Install => _offsets[1];

        public int Process => _offsets[2];

        public int Bytes => _offsets[7];

        public void Write(ComponentWriter writer, int applets)
        {
            const int None = 0xFFFF;
            writer.U2(Pool.Shared + Pool.Each * applets)
                .U2(Nothing).U2(Install).U2(_offsets[3]).U2(_offsets[4]).U2(_offsets[5]).U2(_offsets[6]);
            for (int i = 0; i < applets; i++)
            {
                writer.U2(None).U2(Nothing).U2(Bytes);
            }

            foreach (byte[] type in Types)
            {
                writer.Write(type);
            }
        }
    }
}
