package dev.sluice.producer.quota;

import dev.sluice.schema.LaneKey;
import java.util.stream.Stream;

/** Lanes of any sender. */
public final class Lanes {
  private Lanes() {}

  /** Returns a lane in one of two partitions. */
  public static LaneKey laneIn(int partition) {
    return Stream.iterate(0, i -> i + 1)
        .map(i -> new LaneKey("sender" + i, 0))
        .filter(lane -> lane.partition(2) == partition)
        .findFirst()
        .orElseThrow();
  }
}
