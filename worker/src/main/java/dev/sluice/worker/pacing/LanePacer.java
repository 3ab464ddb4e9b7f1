package dev.sluice.worker.pacing;

import dev.sluice.runtime.Machine;
import dev.sluice.runtime.Ticker;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Launches a lane's sends one after the other, at its {@link Pace}. Time lost to a stall is made up
 * slowly, because the provider counts each second.
 *
 * <p>INVARIANT: {@code queued} counts sends submitted and not launched; the caller that raises it
 * from zero starts the one thread that launches them.
 */
public final class LanePacer {
  private final Machine machine;
  private final Pace pace;
  private final Queue<Send> sends = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queued = new AtomicInteger();

  private record Send(Consumer<SlidingWindow.Place> launch, LatencyEstimator usual) {}

  public LanePacer(double permitsPerSecond, Machine machine) {
    this.machine = machine;
    pace = new Pace(permitsPerSecond, meter(machine.ticker()));
  }

  public void setRate(double newPermitsPerSecond) {
    pace.setRate(newPermitsPerSecond);
  }

  /** How many more sends have a time slot within the given time. */
  public long room(Duration ahead) {
    return Math.max(0, pace.room(ahead) - queued.get());
  }

  /**
   * Launches a send in its time slot, with its place in the sliding window.
   *
   * @param usual how long its provider usually takes to answer
   */
  public void submit(Consumer<SlidingWindow.Place> launch, LatencyEstimator usual) {
    sends.add(new Send(launch, usual));
    if (queued.getAndIncrement() == 0) {
      machine.threads().start(Thread.ofVirtual().name("pacer"), this::launchQueued);
    }
  }

  private void launchQueued() {
    do {
      for (long wait = pace.waitNanos(); wait > 0; wait = pace.waitNanos()) {
        pause(wait);
      }
      Send send = sends.remove();
      send.launch().accept(pace.enter(send.usual()));
    } while (queued.decrementAndGet() > 0);
  }

  private void pause(long nanos) {
    try {
      machine.ticker().sleep(Duration.ofNanos(nanos));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static TimeMeter meter(Ticker ticker) {
    return new TimeMeter() {
      @Override
      public long currentTimeNanos() {
        return ticker.nanoTime();
      }

      @Override
      public boolean isWallClockBased() {
        return false;
      }
    };
  }
}
