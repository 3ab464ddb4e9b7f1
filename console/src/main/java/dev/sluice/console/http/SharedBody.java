package dev.sluice.console.http;

import java.io.ByteArrayInputStream;

/** A response's body that other responses share, so that it is in memory once for all of them. */
final class SharedBody extends ByteArrayInputStream {
  SharedBody(byte[] bytes) {
    super(bytes);
  }

  /** Returns what they share; the array itself identifies it. */
  Object memory() {
    return buf;
  }
}
