package dev.sluice.producer;

import dev.sluice.producer.quota.LaneBacklog;
import dev.sluice.producer.sql.FanOutRepositories;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.SteadyClock;
import dev.sluice.runtime.Ticker;
import dev.sluice.schema.Control;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Creates the processors of one process, which share what outlives a stream thread. */
final class FanOutProcessors implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {
  private final FanOutConfig config;
  private final InstantSource clock;
  private final InstantSource steady;
  private final OutputMeters meters;
  private final FanOutTick.Surroundings around;
  private volatile boolean opened;

  FanOutProcessors(
      FanOutConfig config,
      Supplier<FanOutRepositories> sql,
      LaneBacklog backlog,
      Function<String, Control> controls,
      Executor executor,
      Ticker ticker,
      Health health,
      MeterRegistry registry) {
    this.config = config;
    clock = ticker::now;
    steady = new SteadyClock(ticker);
    meters = new OutputMeters(registry);
    around =
        FanOutTick.Surroundings.of(
            sql,
            backlog,
            controls,
            config,
            executor,
            clock,
            steady,
            ticker::nanoTime,
            health,
            registry);
  }

  OutputMeters meters() {
    return meters;
  }

  OversizedRequests tooLarge() {
    return around.tooLarge();
  }

  @Override
  public Processor<byte[], byte[], byte[], byte[]> get() {
    return new FanOutProcessor(
        config.kafka().topics(),
        clock,
        steady,
        meters,
        config.traces(),
        (fanOuts, events, output) -> {
          opened = true;
          return FanOutTick.of(around, fanOuts, events, output);
        });
  }

  /** Returns whether this process was given a task since it started. */
  boolean opened() {
    return opened;
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return FanOutTopology.stores();
  }
}
