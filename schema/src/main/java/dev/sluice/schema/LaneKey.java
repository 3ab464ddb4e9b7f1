package dev.sluice.schema;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash2;

/**
 * The name of a lane, a slice of one sender's rate. It is the key of a {@code send-requests} record
 * and pins the lane to one partition, hence to one owner at a time.
 *
 * @param sender the sender's id
 * @param lane the lane's number, from 0
 */
public record LaneKey(String sender, int lane) {
  /** Kafka's own for keys: lanes must stay where they have always been. */
  private static final int SEED = 0x9747b28c;

  /**
   * The lane's partition. The lanes of a sender lie side by side from a hashed start, so that they
   * spread over as many partitions as there are, which hashing each of them would not do.
   */
  public int partition(int partitions) {
    byte[] bytes = sender.getBytes(StandardCharsets.UTF_8);
    int start = MurmurHash2.hash32(bytes, bytes.length, SEED) & Integer.MAX_VALUE;
    return (int) (((long) start + lane) % partitions);
  }

  /**
   * Reads {@code sender/lane}.
   *
   * @throws IllegalArgumentException if it is not of that form
   */
  public static LaneKey parse(String text) {
    int slash = text.lastIndexOf('/');
    if (slash <= 0) {
      throw new IllegalArgumentException("not a lane key: " + text);
    }
    return new LaneKey(text.substring(0, slash), Integer.parseInt(text.substring(slash + 1)));
  }

  @Override
  public String toString() {
    return sender + "/" + lane;
  }
}
