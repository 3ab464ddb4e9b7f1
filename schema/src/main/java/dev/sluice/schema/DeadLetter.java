package dev.sluice.schema;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The origin of an unusable record, and why it is unusable; the headers of a {@code dead-letters}
 * record, whose key and value are the original's bytes.
 *
 * @param topic the original's topic
 * @param partition its partition
 * @param offset its offset
 * @param reason why it cannot be used, on one line of at most 1,000 characters, with phone numbers
 *     masked
 */
public record DeadLetter(String topic, int partition, long offset, String reason) {
  /**
   * The header of a letter that holds only the beginning of its original, which is too large for
   * the topic.
   */
  public static final String TRUNCATED = "truncated";

  private static final int LONGEST_KEY = 16 * 1024;
  private static final int LONGEST_VALUE = Topics.LARGEST_RECORD - 64 * 1024;

  public DeadLetter {
    reason = Clipped.to(1_000, Masked.line(reason));
  }

  /** Returns the record's headers, in order: topic, partition, offset and reason. */
  public Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("topic", topic);
    headers.put("partition", Integer.toString(partition));
    headers.put("offset", Long.toString(offset));
    headers.put("reason", reason);
    return headers;
  }

  /**
   * Returns the headers of a letter with this original value, with {@link #TRUNCATED} if it is
   * {@link #cut}.
   */
  public Map<String, String> headers(byte @Nullable [] original) {
    Map<String, String> headers = headers();
    if (original != null && original.length > LONGEST_VALUE) {
      headers.put(TRUNCATED, "of " + original.length + " bytes in all");
    }
    return headers;
  }

  /**
   * Returns as much of an original's value as a letter can hold. Compressed records may be of any
   * size once read.
   */
  public static byte @Nullable [] cut(byte @Nullable [] original) {
    return original == null || original.length <= LONGEST_VALUE
        ? original
        : Arrays.copyOf(original, LONGEST_VALUE);
  }

  /** Returns the original's key, or null if it is too large for a letter. */
  public static byte @Nullable [] key(byte @Nullable [] original) {
    return original == null || original.length > LONGEST_KEY ? null : original;
  }
}
