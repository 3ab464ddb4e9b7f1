package dev.sluice.benchmark.simulation;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A place of a service in the fleet, with the process that currently runs there. */
final class Replica {
  private final String name;
  private final Kernel kernel;
  private final Service service;
  private SimProcess process;
  private @Nullable Runnable stopping;

  /** What runs in a process. */
  interface Service {
    /**
     * Runs in the process's first thread.
     *
     * @param running told how to stop it in an orderly way, if it can be
     */
    void run(SimProcess process, Consumer<Runnable> running);
  }

  Replica(String name, Kernel kernel, Service service) {
    this.name = name;
    this.kernel = kernel;
    this.service = service;
    process = new SimProcess(name, kernel);
  }

  String name() {
    return name;
  }

  SimProcess process() {
    return process;
  }

  void start() {
    // Faults overlap, and two processes of the same name would only fence each other.
    process.kill();
    SimProcess begun = new SimProcess(name, kernel);
    process = begun;
    begun.start(() -> service.run(begun, stop -> stopping = stop));
  }

  /** Stops it in an orderly way. */
  void stop() {
    Runnable stop = stopping;
    if (stop != null && process.alive()) {
      process.start(stop);
    }
  }
}
