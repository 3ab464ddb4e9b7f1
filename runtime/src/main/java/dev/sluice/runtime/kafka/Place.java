package dev.sluice.runtime.kafka;

import dev.sluice.schema.UnreadableWindowException;
import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.Run;
import java.util.List;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * The workers' progress in one partition of {@code send-requests}.
 *
 * @param committed the committed offset, whose metadata is the window, or null if there is none
 * @param start the log's first offset
 * @param end one past its last offset
 */
public record Place(@Nullable OffsetAndMetadata committed, long start, long end) {

  /** Returns whether the log is empty. */
  public boolean empty() {
    return start == end;
  }

  /** Returns whether everything in the log is done, as far as the window shows. */
  public boolean drained() {
    return committed == null ? empty() : committed.offset() >= end;
  }

  /**
   * The state recorded by the workers.
   *
   * @param committed the committed offset
   * @param runs the states of the offsets from the committed one on
   */
  public record Recorded(OffsetAndMetadata committed, List<Run> runs) {}

  /**
   * Returns what the workers have recorded.
   *
   * @throws UnreadableWindowException if it is unknown what was sent. Nothing may be assumed then:
   *     an offset assumed to be waiting might have been sent.
   */
  public Recorded recorded() throws UnreadableWindowException {
    if (committed == null) {
      throw new UnreadableWindowException(
          empty()
              ? "no offset is committed: sluice migrate has not prepared this partition"
              : "no offset is committed, so nobody knows what was sent");
    }
    List<Run> runs = WindowCodec.decode(committed.metadata());
    long reach = committed.offset() + runs.stream().mapToLong(Run::length).sum();
    if (committed.offset() < start || reach > end) {
      throw new UnreadableWindowException(
          "the window from %d to %d is outside the log, which goes from %d to %d"
              .formatted(committed.offset(), reach, start, end));
    }
    return new Recorded(committed, runs);
  }

  /**
   * Returns whether it is unknown what was sent, in which case workers keep the partition closed.
   */
  public boolean closed() {
    try {
      recorded();
      return false;
    } catch (UnreadableWindowException e) {
      return true;
    }
  }

  /**
   * Returns the offset from which everything in the log is in doubt if the window cannot be read.
   */
  public long firstInDoubt() {
    return committed == null || committed.offset() > end
        ? start
        : Math.max(start, committed.offset());
  }
}
