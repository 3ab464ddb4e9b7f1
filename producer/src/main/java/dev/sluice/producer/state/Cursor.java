package dev.sluice.producer.state;

import java.time.Instant;
import java.util.Comparator;

/**
 * The last recipient of a page, in page order: by time, then by id, because a bulk import gives
 * thousands of rows the same time.
 *
 * @param createdAt the row's {@code created_at}
 * @param id the row's {@code id}
 */
public record Cursor(Instant createdAt, long id) implements Comparable<Cursor> {
  private static final Comparator<Cursor> ORDER =
      Comparator.comparing(Cursor::createdAt).thenComparingLong(Cursor::id);

  /** The position before every row. */
  public static final Cursor START =
      new Cursor(Instant.parse("0001-01-01T00:00:00Z"), Long.MIN_VALUE);

  @Override
  public int compareTo(Cursor other) {
    return ORDER.compare(this, other);
  }

  boolean isAfter(Cursor other) {
    return compareTo(other) > 0;
  }
}
