package dev.sluice.console.live;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One viewer of a live view, with a buffer of one state, the newest, and a thread of its own: a
 * viewer that reads slowly misses the states in between, and one that does not read is cut off.
 */
final class Viewer {
  /** Proxies drop connections on which nothing happens. */
  private static final Duration SILENCE = Duration.ofSeconds(15);

  private static final byte[] STILL_THERE = ": still there\n\n".getBytes(StandardCharsets.UTF_8);

  private final OutputStream out;
  private final Runnable cut;
  private final BooleanSupplier admitted;
  private final BlockingQueue<Optional<Feed.Moment>> place = new ArrayBlockingQueue<>(1);
  private volatile @Nullable Long writingSince;

  /**
   * Creates a viewer that has seen nothing yet.
   *
   * @param cut breaks the connection, and with it a write that waits
   * @param admitted whether the viewer may still look
   */
  Viewer(OutputStream out, Runnable cut, BooleanSupplier admitted) {
    this.out = out;
    this.cut = cut;
    this.admitted = admitted;
  }

  /** Replaces the state that was not sent yet, if any. */
  void show(Feed.Moment moment) {
    put(Optional.of(moment));
  }

  /** Ends the view. */
  void dismiss() {
    put(Optional.empty());
  }

  private synchronized void put(Optional<Feed.Moment> next) {
    place.clear();
    place.add(next);
  }

  /**
   * Sends what is shown, in the caller's thread, until the viewer goes away or is dismissed, or may
   * no longer look.
   */
  void watch() throws IOException, InterruptedException {
    LiveState seen = null;
    while (true) {
      Optional<Feed.Moment> next = place.poll(SILENCE.toMillis(), TimeUnit.MILLISECONDS);
      if (!admitted.getAsBoolean()) {
        return;
      }
      if (next == null) {
        write(STILL_THERE);
        continue;
      }
      if (next.isEmpty()) {
        return;
      }
      Optional<byte[]> event = next.get().since(seen);
      seen = next.get().state();
      if (event.isPresent()) {
        write(event.get());
      }
    }
  }

  private void write(byte[] event) throws IOException {
    writingSince = System.nanoTime();
    out.write(event);
    out.flush();
    writingSince = null;
  }

  /** Cuts the viewer off if a write has been waiting for longer than {@code patience}. */
  void cutIfStuck(Duration patience) {
    Long since = writingSince;
    if (since != null && System.nanoTime() - since > patience.toNanos()) {
      cut.run();
    }
  }
}
