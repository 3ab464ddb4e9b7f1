package dev.sluice.benchmark.chaos;

/** A promise that holds in every scenario: looked at while it runs, and judged at its end. */
interface Guarantee {

  /** Looks at the running system; fails if the promise is broken now. */
  default void sample() {}

  /** Judges the system when the campaign has completed. */
  void verify();
}
