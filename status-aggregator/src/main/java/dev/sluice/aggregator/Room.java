package dev.sluice.aggregator;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Limits the results that wait to be written, over all tasks of the process. A result with long
 * texts counts as several. Stuck campaigns may use half of the room, and all others half of what is
 * left: even if all of these get stuck at once, as much is left again. What stuck campaigns hold
 * beyond three quarters is given up, so that an eighth remains for others even after a takeover,
 * which may bring as much again as is already here.
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

  /** Returns whether the campaigns that are not stuck have used their part. */
  synchronized boolean full() {
    return waiting - stuck >= (most - stuck) / 2;
  }

  /** Returns whether stuck campaigns have used their half. */
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
     * Returns whether stuck campaigns have used half of their part, and this one an even share of
     * that. The rest is for results under way when it is paused.
     */
    boolean crowds() {
      synchronized (Room.this) {
        return isStuck && stuck >= half / 2 && large();
      }
    }

    /**
     * Returns whether stuck campaigns hold more than others can spare, and this one an even share.
     */
    boolean mustShed() {
      synchronized (Room.this) {
        return isStuck && stuck > half + half / 2 && large();
      }
    }

    private boolean large() {
      return (long) weight * stuckCampaigns >= half / 2;
    }

    /**
     * Returns whether the campaign is stuck and has no room left. Large campaigns have none from
     * half on; a little more is reserved for small ones, which must not suffer from the large ones.
     */
    boolean closed() {
      synchronized (Room.this) {
        return isStuck && stuck >= (large() ? half : half + half / 2);
      }
    }
  }
}
