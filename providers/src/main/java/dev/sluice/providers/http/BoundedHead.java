package dev.sluice.providers.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.hc.core5.http.MessageConstraintException;

/** The input of a connection while the head of a response is awaited, limited to a size. */
final class BoundedHead extends FilterInputStream {
  /** Bytes; heads are below 4 KiB. */
  static final int LONGEST = 32 * 1024;

  private int left = LONGEST;

  BoundedHead(InputStream connection) {
    super(connection);
  }

  @Override
  public int read() throws IOException {
    int read = in.read();
    return counted(read < 0 ? 0 : 1) == 0 ? -1 : read;
  }

  @Override
  public int read(byte[] into, int from, int most) throws IOException {
    int read = in.read(into, from, most);
    return read < 0 ? read : counted(read);
  }

  private int counted(int read) throws MessageConstraintException {
    left -= read;
    if (left < 0) {
      throw new MessageConstraintException("the head of the response is longer than " + LONGEST);
    }
    return read;
  }
}
