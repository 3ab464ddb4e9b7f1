package dev.sluice.worker;

import java.util.Collection;

/**
 * How many bytes of requests may be held in memory, those of all partitions together. While they
 * are within it no partition is limited; beyond it each has an equal share.
 */
final class HeldMemory {
  /**
   * One in so many bytes of the heap. As objects, records take several times their bytes, and those
   * that were fetched and not yet read come on top of it.
   */
  private static final int PART_OF_HEAP = 16;

  private final long most;

  /** For this many bytes. */
  HeldMemory(long most) {
    this.most = most;
  }

  /** For this JVM's heap. */
  static HeldMemory ofHeap() {
    return new HeldMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  /** Tells each partition how much of its share it takes. */
  void divide(Collection<PartitionState> partitions) {
    long held = partitions.stream().mapToLong(PartitionState::bytes).sum();
    long share = most / Math.max(1, partitions.size());
    for (PartitionState partition : partitions) {
      partition.setFilling(filling(held, most, partition.bytes(), share));
    }
  }

  private static Filling filling(long held, long most, long bytes, long share) {
    if (held >= most && bytes >= share) {
      return Filling.FULL;
    }
    return held >= most / 2 && bytes >= share / 2 ? Filling.HALF : Filling.LITTLE;
  }

  /** How much of its share of the memory a partition takes, once memory is scarce. */
  enum Filling {
    LITTLE,
    HALF,
    FULL
  }
}
