package dev.sluice.worker;

import java.util.Collection;

/**
 * Limits the bytes of requests held in memory, over all partitions: of their records, and of the
 * parts of a message beyond the usual number. Below half of the limit no partition is restricted;
 * beyond the limit each has an equal share.
 */
final class HeldMemory {
  /**
   * The heap is divided by this. As objects, records take several times their bytes, and fetched
   * records that are not read yet come on top.
   */
  private static final int PART_OF_HEAP = 16;

  private final long most;

  /** Creates a limit of this many bytes. */
  HeldMemory(long most) {
    this.most = most;
  }

  /** Creates a limit for this JVM's heap. */
  static HeldMemory ofHeap() {
    return new HeldMemory(Runtime.getRuntime().maxMemory() / PART_OF_HEAP);
  }

  /** Tells each partition how much of its share it uses, and how much half of that is. */
  void divide(Collection<PartitionState> partitions) {
    long held = held(partitions);
    long share = share(partitions);
    for (PartitionState partition : partitions) {
      partition.setFilling(filling(held, most, partition.bytes(), share));
      partition.setHalf(held < most / 2 ? Long.MAX_VALUE : share / 2);
    }
  }

  /** Whether a partition must take no more now. */
  boolean isFullFor(PartitionState partition, Collection<PartitionState> partitions) {
    return filling(held(partitions), most, partition.bytes(), share(partitions)) == Filling.FULL;
  }

  private static long held(Collection<PartitionState> partitions) {
    return partitions.stream().mapToLong(PartitionState::bytes).sum();
  }

  private long share(Collection<PartitionState> partitions) {
    return most / Math.max(1, partitions.size());
  }

  private static Filling filling(long held, long most, long bytes, long share) {
    if (held >= most && bytes >= share) {
      return Filling.FULL;
    }
    return held >= most / 2 && bytes >= share / 2 ? Filling.HALF : Filling.LITTLE;
  }

  /** How much of its share of the memory a partition uses, once memory is scarce. */
  enum Filling {
    LITTLE,
    HALF,
    FULL
  }
}
