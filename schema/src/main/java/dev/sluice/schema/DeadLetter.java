package dev.sluice.schema;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Where a record that nobody can use came from, and why; the headers of a {@code dead-letters}
 * record, whose key and value are the original's bytes.
 *
 * @param topic the original's topic
 * @param partition its partition
 * @param offset its offset
 * @param reason why it cannot be used, cut to 1,000 characters
 */
public record DeadLetter(String topic, int partition, long offset, String reason) {
  /**
   * The header that says that the letter holds only the beginning of the original, which was larger
   * than the topic takes.
   */
  public static final String TRUNCATED = "truncated";

  public DeadLetter {
    reason = Clipped.to(1_000, reason);
  }

  /** As record headers {@code topic}, {@code partition}, {@code offset} and {@code reason}. */
  public List<Header> headers() {
    return List.of(
        header("topic", topic),
        header("partition", Integer.toString(partition)),
        header("offset", Long.toString(offset)),
        header("reason", reason));
  }

  private static Header header(String name, String value) {
    return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
  }
}
