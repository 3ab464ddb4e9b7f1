package dev.sluice.producer;

import dev.sluice.producer.state.Cursor;
import dev.sluice.producer.state.FanOutState;
import java.util.UUID;

/** A campaign with requests to write. */
record Feedable(UUID id, FanOutState fanOut, FanOutState.Progress progress) {
  String senderId() {
    return progress.senderId();
  }

  /**
   * Returns whether it waits for its first page, whether or not that holds any request. Further
   * passes begin at the start, too, but not the sending.
   */
  boolean isFresh() {
    return progress.cursor().equals(Cursor.START) && progress.fed() == 0;
  }
}
