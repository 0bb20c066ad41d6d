using System.Text;

namespace Tsm.Cli.Rendering;

/// <summary>A stream of UTF-8 that ends in a writer of text, for a shell that is none.</summary>
internal sealed class TextStream(TextWriter writer) : Stream
{
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush() => writer.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count)
    {
        char[] text = new char[Encoding.UTF8.GetMaxCharCount(count)];
        writer.Write(text, 0, _decoder.GetChars(buffer, offset, count, text, 0));
    }
}
