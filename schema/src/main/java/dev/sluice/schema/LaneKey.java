package dev.sluice.schema;

import java.nio.charset.StandardCharsets;
import org.apache.commons.codec.digest.MurmurHash2;

/**
 * The name of a lane, a slice of one sender's rate. It is the key of a {@code send-requests}
 * record, which pins the lane to one partition and so to one owner at a time.
 *
 * @param sender the sender's id
 * @param lane the lane's number, from 0
 */
public record LaneKey(String sender, int lane) {
  /** The seed of Kafka's own key hash. It must never change, or lanes would move. */
  private static final int SEED = 0x9747b28c;

  /**
   * Returns the lane's partition. A sender's lanes occupy consecutive partitions from a hashed
   * start, which spreads them over as many partitions as there are; hashing each lane would not.
   */
  public int partition(int partitions) {
    byte[] bytes = sender.getBytes(StandardCharsets.UTF_8);
    int start = MurmurHash2.hash32(bytes, bytes.length, SEED) & Integer.MAX_VALUE;
    return (int) (((long) start + lane) % partitions);
  }

  /**
   * Parses {@code sender/lane}.
   *
   * @throws IllegalArgumentException if the text is not of that form
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
