package dev.sluice.local;

import java.util.Arrays;

/** Collects {@link Moments} while they happen. */
public final class MomentLog {
  private long[] micros = new long[1024];
  private int size;

  /**
   * Adds a time, µs from whatever origin the others have.
   *
   * @return how many there were before
   */
  public synchronized int add(long atMicros) {
    if (size == micros.length) {
      micros = Arrays.copyOf(micros, 2 * size);
    }
    micros[size] = atMicros;
    return size++;
  }

  /** Returns how many there are so far. */
  public synchronized int count() {
    return size;
  }

  /** Returns those so far. */
  public synchronized Moments moments() {
    return Moments.of(Arrays.stream(micros, 0, size));
  }
}
