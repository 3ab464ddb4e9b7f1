package dev.sluice.worker;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.runtime.ClockProbe;
import dev.sluice.runtime.Closer;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.runtime.Restarts;
import dev.sluice.runtime.WarmUp;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaClients;
import dev.sluice.runtime.kafka.KafkaProbe;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.worker.breaker.CircuitBreakers;
import dev.sluice.worker.breaker.ProviderProbes;
import dev.sluice.worker.output.TransactionalProducer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends requests to providers, each once, at the rate of its lane, and publishes the results.
 *
 * <p>Its progress is recorded in the transaction that carries its output: outcomes together with
 * offsets, whose metadata says which offsets beyond the committed one are done and which are
 * started. A send is launched only after the transaction that declares it started has committed. A
 * crash therefore leaves a message not started (its next owner sends it), done (it is skipped), or
 * in doubt (it becomes UNCONFIRMED and is never sent again automatically).
 */
public final class Worker implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Worker.class);

  /** A provider that does not answer must not keep the worker from sending to others. */
  private static final Duration LONGEST_WARM_UP = Duration.ofSeconds(3);

  private final WorkerConfig config;
  private final Health health;
  private final MeterRegistry registry;
  private final CircuitBreakers breakers;
  private final StallDetector stalls;
  private final Dispatcher dispatcher;
  private final WorkerMeters meters;
  private final ControlsView controls;
  private final Machine machine;
  private final TransactionalProducer output;
  private final Map<String, MessageProvider> providers;
  private final MissingProviders missing;
  private final ProviderProbes probes;
  private final Restarts restarts;
  private final CountDownLatch warm;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Closer closer = new Closer();
  private volatile int partitions;

  /** Whether it has never joined its group; used by the loop's thread. */
  private boolean cold;

  /**
   * Starts the worker. It retries what it cannot reach and reports that to {@code health}.
   *
   * @param providers by the name used in senders; closed with the worker, or if it cannot start
   */
  public Worker(
      WorkerConfig config,
      Map<String, MessageProvider> providers,
      Health health,
      MeterRegistry registry) {
    this(config, providers, health, registry, Machine.REAL, new CountDownLatch(1));
  }

  /** Starts only the engine, without probe and warm-up, on a given machine. */
  public Worker(
      WorkerConfig config,
      Map<String, MessageProvider> providers,
      Health health,
      MeterRegistry registry,
      Machine machine) {
    this(config, providers, health, registry, machine, new CountDownLatch(0));
  }

  private Worker(
      WorkerConfig config,
      Map<String, MessageProvider> providers,
      Health health,
      MeterRegistry registry,
      Machine machine,
      CountDownLatch warm) {
    this.warm = warm;
    this.cold = warm.getCount() > 0;
    this.machine = machine;
    this.config = config;
    this.health = health;
    this.registry = registry;
    this.providers = Map.copyOf(providers);
    this.providers.values().forEach(closer::register);
    try {
      breakers = new CircuitBreakers(health, machine.ticker());
      stalls = new StallDetector(health);
      controls = closer.register(new ControlsView(config.kafka(), health, registry, machine));
      NamedSenders senders = new NamedSenders();
      dispatcher =
          new Dispatcher(providers, breakers, controls, new CallMeters(registry, senders), machine);
      missing = new MissingProviders(providers.keySet(), health, machine.ticker()::nanoTime);
      probes =
          new ProviderProbes(
              providers,
              health,
              machine.ticker()::nanoTime,
              probe ->
                  machine.threads().start(Thread.ofVirtual().name("probe of a provider"), probe));
      meters =
          new WorkerMeters(
              registry, senders, config.kafka().topics(), dispatcher, breakers, stalls);
      output =
          new TransactionalProducer(
              config.kafka(),
              config.kafka().topics().transactionalId("worker", config.instance()),
              health,
              registry,
              () -> stopping.getCount() == 0,
              machine);
      restarts = new Restarts(machine.ticker()::now);
      if (cold) {
        WarmUp.of("provider", health, this::warmUp);
        closer.register(KafkaProbe.of(config.kafka(), health));
        closer.register(ClockProbe.start(health));
      }
      health.starting("group");
      // Last, as it has no end if what follows it fails.
      startLoop();
      closer.register(this::stopLoop);
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private void warmUp() {
    try {
      providers.values().forEach(MessageProvider::warmUp);
    } finally {
      warm.countDown();
    }
  }

  /** Returns the number of partitions owned now. */
  public int partitions() {
    return partitions;
  }

  private boolean running() {
    return stopping.getCount() > 0;
  }

  private void startLoop() {
    machine.threads().start(Thread.ofPlatform().name("worker-" + config.instance()), this::run);
  }

  private void run() {
    try {
      if (cold) {
        // Lanes that it takes over from another worker would pause meanwhile.
        Rehearsal.encode();
        await(warm, LONGEST_WARM_UP);
      }
      runUntilStopped();
    } catch (Throwable e) {
      // Another thread takes over: a process that only looked healthy would go unnoticed.
      health.failing("worker", "restarting after: " + e);
      pause(restarts.next());
      startLoop();
      throw e;
    }
    output.close();
    stopped.countDown();
  }

  private void runUntilStopped() {
    while (running()) {
      try {
        output.start();
        runLoop();
      } catch (TransactionalProducer.GaveUpException e) {
        log.warn("stopping although Kafka does not answer; the sends in flight are in doubt");
      } catch (KafkaException | IllegalStateException e) {
        health.failing("worker", "restarting after: " + e.getMessage());
        log.debug("the send loop failed", e);
        pause(restarts.next());
      }
    }
  }

  private void runLoop() {
    String topic = config.kafka().topics().sendRequests();
    try (StablePlaces places = config.kafka().clients().places(config.kafka())) {
      runLoop(topic, places);
    }
  }

  private void runLoop(String topic, StablePlaces places) {
    Consumer<byte[], byte[]> consumer = KafkaRequestSource.consumer(config);
    SendLoop loop =
        new SendLoop(
            new KafkaRequestSource(consumer, places, topic),
            output.of(consumer::groupMetadata),
            dispatcher,
            breakers,
            stalls,
            controls,
            missing,
            probes,
            config,
            HeldMemory.ofHeap(),
            meters,
            health,
            machine);
    try (KafkaClients.Meters _ = config.kafka().clients().meters(consumer, registry)) {
      if (cold) {
        Rehearsal.takeOver(consumer, places, topic);
        cold = false;
      }
      consumer.subscribe(List.of(topic), loop.assignment());
      while (running()) {
        loop.iterate();
        partitions = loop.assignment().size();
        health.working("worker");
      }
      loop.stop();
    } finally {
      partitions = 0;
      dispatcher.requeue(loop.unpublished());
      loop.assignment().abandon();
      consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
    }
  }

  private void pause(Duration wait) {
    await(stopping, wait);
  }

  private void await(CountDownLatch latch, Duration wait) {
    try {
      log.debug("awaited in time: {}", machine.ticker().await(latch, wait));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops reading, awaits sends in flight within the drain time, and leaves the group. */
  @Override
  public void close() {
    closer.close();
  }

  private void stopLoop() {
    stopping.countDown();
    warm.countDown();
    try {
      if (!machine.ticker().await(stopped, config.drain().plusSeconds(15))) {
        log.warn("the worker did not stop in time");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
