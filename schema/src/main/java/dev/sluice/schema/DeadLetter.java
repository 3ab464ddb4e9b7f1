package dev.sluice.schema;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Where a record that nobody can use came from, and why; the headers of a {@code dead-letters}
 * record, whose key and value are the original's bytes.
 *
 * @param topic the original's topic
 * @param partition its partition
 * @param offset its offset
 * @param reason why it cannot be used, on one line of 1,000 characters, with phone numbers masked
 */
public record DeadLetter(String topic, int partition, long offset, String reason) {
  /**
   * The header that says that the letter holds only the beginning of the original, which was larger
   * than the topic takes.
   */
  public static final String TRUNCATED = "truncated";

  private static final int LONGEST_KEY = 16 * 1024;
  private static final int LONGEST_VALUE = Topics.LARGEST_RECORD - 64 * 1024;

  public DeadLetter {
    reason = Clipped.to(1_000, Masked.line(reason));
  }

  /** As record headers {@code topic}, {@code partition}, {@code offset} and {@code reason}. */
  public List<Header> headers() {
    return List.of(
        header("topic", topic),
        header("partition", Integer.toString(partition)),
        header("offset", Long.toString(offset)),
        header("reason", reason));
  }

  /** The headers of a letter with this original's value, which say so if it is {@link #cut}. */
  public List<Header> headers(byte @Nullable [] original) {
    if (original == null || original.length <= LONGEST_VALUE) {
      return headers();
    }
    List<Header> all = new ArrayList<>(headers());
    all.add(header(TRUNCATED, "of " + original.length + " bytes in all"));
    return all;
  }

  /** As much of an original's value as a letter holds: compressed records may be of any size. */
  public static byte @Nullable [] cut(byte @Nullable [] original) {
    return original == null || original.length <= LONGEST_VALUE
        ? original
        : Arrays.copyOf(original, LONGEST_VALUE);
  }

  /** An original's key, unless it is too large for a letter. */
  public static byte @Nullable [] key(byte @Nullable [] original) {
    return original == null || original.length > LONGEST_KEY ? null : original;
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
