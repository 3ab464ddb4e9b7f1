package dev.sluice.aggregator;

import dev.sluice.aggregator.rows.ResultRows;
import dev.sluice.runtime.Health;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.StoreBuilder;

/** Creates the processors of one process, which share what outlives a stream thread. */
final class BatchProcessors implements ProcessorSupplier<byte[], byte[], byte[], byte[]> {
  /** The most concurrent statements, and as many additional ones of suspects. */
  static final int FLUSHES_AT_ONCE = 7;

  private final StatusAggregatorConfig config;
  private final Flushes flushes;
  private final Troubles troubles;
  private final RowTimes rowTimes = new RowTimes();
  private final Room room;
  private final MeterRegistry meters;
  private final BooleanSupplier stopping;

  BatchProcessors(
      StatusAggregatorConfig config,
      ResultRows rows,
      Executor executor,
      InstantSource steady,
      Health health,
      MeterRegistry meters,
      BooleanSupplier stopping) {
    this.config = config;
    flushes = new Flushes(rows, executor, FLUSHES_AT_ONCE, steady, meters);
    troubles = new Troubles(health, meters);
    room = new Room(config.maxPending(), meters);
    this.meters = meters;
    this.stopping = stopping;
  }

  @Override
  public Processor<byte[], byte[], byte[], byte[]> get() {
    return new BatchProcessor(config, flushes, troubles, rowTimes, room, meters, stopping);
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return AggregatorTopology.stores();
  }
}
