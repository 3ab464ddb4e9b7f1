package dev.sluice.console.imports;

import dev.sluice.console.http.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A file's text, in the encoding that its byte order mark states, else in the requested one, else
 * in UTF-8. What cannot be decoded is refused, with its line; nothing is replaced, as broken names
 * would be stored and sent.
 */
final class FileText extends Reader {
  private static final int PORTION = 64 * 1024;

  private final InputStream file;
  private final Charset charset;
  private final CharsetDecoder decoder;
  private final ByteBuffer bytes = ByteBuffer.allocate(PORTION);
  private final CharBuffer chars;
  private long line = 1;
  private char last;
  private boolean ended;

  /**
   * Reads the file's beginning.
   *
   * @param asked the encoding if there is no byte order mark
   */
  FileText(InputStream file, Optional<Charset> asked) throws IOException {
    this.file = file;
    byte[] start = file.readNBytes(4);
    Mark mark = Mark.of(start, asked);
    charset = mark.charset();
    decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    bytes.put(start, mark.length(), start.length - mark.length());
    chars = CharBuffer.allocate((int) Math.ceil(PORTION * decoder.maxCharsPerByte()) + 8).limit(0);
  }

  /** A file's encoding, and how many bytes at its beginning state it. */
  private record Mark(Charset charset, int length) {
    static Mark of(byte[] start, Optional<Charset> asked) {
      if (begins(start, 0xEF, 0xBB, 0xBF)) {
        return new Mark(StandardCharsets.UTF_8, 3);
      }
      if (begins(start, 0xFF, 0xFE)) {
        return new Mark(StandardCharsets.UTF_16LE, 2);
      }
      if (begins(start, 0xFE, 0xFF)) {
        return new Mark(StandardCharsets.UTF_16BE, 2);
      }
      if (begins(start, 'P', 'K', 3, 4) || begins(start, 0xD0, 0xCF, 0x11, 0xE0)) {
        throw ProblemException.badRequest(
            "This is a workbook or an archive, not a CSV file. Open it in its program and save or"
                + " export it as CSV (UTF-8).");
      }
      if (asked.isEmpty() && IntStream.range(0, start.length).anyMatch(i -> start[i] == 0)) {
        throw ProblemException.badRequest(
                "The file looks like UTF-16 without a byte order mark. Save it as CSV (UTF-8), or"
                    + " say its encoding with \"charset\", for example UTF-16LE.")
            .with("field", "charset");
      }
      return new Mark(asked.orElse(StandardCharsets.UTF_8), 0);
    }

    private static boolean begins(byte[] start, int... with) {
      return start.length >= with.length
          && IntStream.range(0, with.length).allMatch(i -> start[i] == (byte) with[i]);
    }
  }

  /** Returns the encoding in which the file is read. */
  Charset charset() {
    return charset;
  }

  @Override
  public int read(char[] into, int from, int length) throws IOException {
    while (!chars.hasRemaining()) {
      if (ended) {
        return -1;
      }
      fill();
    }
    int read = Math.min(length, chars.remaining());
    chars.get(into, from, read);
    return read;
  }

  private void fill() throws IOException {
    int read = file.read(bytes.array(), bytes.position(), bytes.remaining());
    ended = read < 0;
    bytes.position(bytes.position() + Math.max(0, read)).flip();
    chars.clear();
    CoderResult result = decoder.decode(bytes, chars, ended);
    if (!result.isError() && ended) {
      result = decoder.flush(chars);
    }
    bytes.compact();
    chars.flip();
    countLines();
    if (result.isError()) {
      throw unreadable();
    }
  }

  private void countLines() {
    for (int i = 0; i < chars.limit(); i++) {
      char next = chars.get(i);
      line += next == '\n' || (last == '\r' && next != '\n') ? 1 : 0;
      last = next;
    }
  }

  private ProblemException unreadable() {
    String advice =
        charset.equals(StandardCharsets.UTF_8)
            ? "Save the file as CSV UTF-8, or choose its encoding (\"charset\"), for example"
                + " windows-1252."
            : "It has another encoding; say it with \"charset\".";
    return ProblemException.badRequest("Line " + line + " is not " + charset + ". " + advice)
        .with("field", "charset");
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
