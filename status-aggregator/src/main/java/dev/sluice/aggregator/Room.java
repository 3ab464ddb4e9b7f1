package dev.sluice.aggregator;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Bounds the results that wait to be written, over all tasks of the process. A result with long
 * texts counts as several. Campaigns that are stuck have half of the room, all others half of what
 * those leave: even if all of them get stuck at once, as much is left again. What stuck ones hold
 * beyond three quarters is given up, so that an eighth is for others even after a takeover, which
 * may bring as much as there is already.
 */
final class Room {
  private final int most;
  private final int half;
  private int waiting;
  private int stuck;
  private int stuckCampaigns;

  Room(int most, MeterRegistry meters) {
    this.most = most;
    this.half = most / 2;
    Gauge.builder("sluice.aggregator.pending", this, Room::waiting)
        .description("Results that wait to be written")
        .register(meters);
  }

  private synchronized int waiting() {
    return waiting;
  }

  /** Whether those that are not stuck have taken their part. */
  synchronized boolean full() {
    return waiting - stuck >= (most - stuck) / 2;
  }

  /** Whether stuck campaigns have taken their half. */
  synchronized boolean halfIsStuck() {
    return stuck >= half;
  }

  Part part() {
    return new Part();
  }

  /** One campaign's use of the room. */
  final class Part {
    private int weight;
    private boolean isStuck;

    /** Sets the campaign's use. */
    void set(int newWeight, boolean nowStuck) {
      synchronized (Room.this) {
        waiting += newWeight - weight;
        stuck += (nowStuck ? newWeight : 0) - (isStuck ? weight : 0);
        stuckCampaigns += (nowStuck ? 1 : 0) - (isStuck ? 1 : 0);
        weight = newWeight;
        isStuck = nowStuck;
      }
    }

    /**
     * Whether stuck campaigns have taken half of theirs, and this one an even share of that. The
     * rest is for what is under way when it is told to pause.
     */
    boolean crowds() {
      synchronized (Room.this) {
        return isStuck && stuck >= half / 2 && large();
      }
    }

    /** Whether stuck campaigns have more than others can spare, and this one an even share. */
    boolean mustShed() {
      synchronized (Room.this) {
        return isStuck && stuck > half + half / 2 && large();
      }
    }

    private boolean large() {
      return (long) weight * stuckCampaigns >= half / 2;
    }

    /**
     * Whether the campaign is stuck and has no room left. At half, large ones have none; a little
     * more is kept for small ones, which must not pay for those.
     */
    boolean closed() {
      synchronized (Room.this) {
        return isStuck && stuck >= (large() ? half : half + half / 2);
      }
    }
  }
}
