package dev.sluice.runtime;

/** Starts threads. */
@FunctionalInterface
public interface Threads {
  /** Starts a thread built by the given builder. */
  Thread start(Thread.Builder kind, Runnable task);
}
