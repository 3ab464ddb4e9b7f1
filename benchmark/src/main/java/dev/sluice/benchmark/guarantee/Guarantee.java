package dev.sluice.benchmark.guarantee;

/** A guarantee that holds in every scenario, sampled while it runs and verified at its end. */
public interface Guarantee {

  /** Samples the running system; fails if the guarantee is broken now. */
  default void sample() {}

  /** Verifies the system when the campaign has completed. */
  void verify();
}
