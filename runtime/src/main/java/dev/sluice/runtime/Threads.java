package dev.sluice.runtime;

/** Starts threads. */
@FunctionalInterface
public interface Threads {
  /** Starts a thread of this kind. */
  Thread start(Thread.Builder kind, Runnable task);
}
