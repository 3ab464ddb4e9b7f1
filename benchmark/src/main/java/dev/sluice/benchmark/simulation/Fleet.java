package dev.sluice.benchmark.simulation;

import dev.sluice.benchmark.simulation.Replica.Service;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The places in which the services run. */
final class Fleet {
  private final Kernel kernel;
  private final Services services;
  private final List<Replica> workers = new ArrayList<>();
  private final List<Replica> producers;
  private final List<Replica> aggregators;

  /** Chooses how many of each there are, except for the workers. */
  Fleet(Kernel kernel, Services services) {
    this.kernel = kernel;
    this.services = services;
    producers = oneOrTwo("p", (process, running) -> services.runProducer(process));
    aggregators = oneOrTwo("a", (process, running) -> services.runAggregator(process));
  }

  private List<Replica> oneOrTwo(String name, Service service) {
    return IntStream.range(0, 1 + kernel.random().nextInt(2))
        .mapToObj(number -> new Replica(name + number, kernel, service))
        .toList();
  }

  /** Starts all services. */
  void start(int ofWorkers) {
    for (int number = 0; number < ofWorkers; number++) {
      addWorker();
    }
    producers.forEach(Replica::start);
    aggregators.forEach(Replica::start);
  }

  /** Starts a further worker. */
  Replica addWorker() {
    Replica further = new Replica("w" + workers.size(), kernel, services::runWorker);
    workers.add(further);
    further.start();
    return further;
  }

  void thaw() {
    each(SimProcess::thaw);
  }

  void kill() {
    each(SimProcess::kill);
  }

  private void each(Consumer<SimProcess> action) {
    Stream.of(workers, producers, aggregators)
        .flatMap(List::stream)
        .map(Replica::process)
        .forEach(action);
  }

  List<Replica> workers() {
    return workers;
  }

  List<Replica> producers() {
    return producers;
  }

  List<Replica> aggregators() {
    return aggregators;
  }
}
