package dev.sluice.aggregator;

import dev.sluice.schema.Database;
import dev.sluice.schema.Health;
import dev.sluice.schema.Probe;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StreamsApplication;
import dev.sluice.schema.WarmUp;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The status aggregator: collects {@code send-results} per campaign and writes rows and counters in
 * one statement a batch.
 *
 * <p>It reads at least once. Writing is idempotent, because a status only rises, so that is enough.
 */
public final class StatusAggregator implements AutoCloseable {
  /** Longer than any outage that is waited out inside the stream thread. */
  private static final Duration LONGEST_WAIT = Duration.ofHours(1);

  private final Database database;
  private final StreamsApplication streams;
  private final Probe databaseProbe;
  private final Probe kafkaProbe;
  private volatile boolean stopping;

  /** Starts it; what it cannot reach it reports to {@code health} and keeps trying. */
  public StatusAggregator(StatusAggregatorConfig config, Health health, MeterRegistry meters) {
    database = new Database(config.database(), 2, "status-aggregator", meters);
    databaseProbe = Probe.of(database, config.database(), health);
    kafkaProbe = Probe.of(config.kafka(), health);
    StatusStatement statement = new StatusStatement(database.sql());
    WarmUp.of("status-aggregator", health, () -> warmUp(statement));
    streams =
        new StreamsApplication(
            config.kafka(),
            config.kafka().topics().statusAggregatorGroup(),
            AggregatorTopology.of(
                config.kafka().topics(),
                () -> new BatchProcessor(config, statement, health, () -> stopping)),
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                StreamsConfig.AT_LEAST_ONCE,
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
                Math.toIntExact(LONGEST_WAIT.toMillis())),
            health,
            meters);
  }

  /** Writes a result of a campaign that cannot exist, which changes nothing. */
  private static void warmUp(StatusStatement statement) {
    UUID nobody = new UUID(0, 0);
    statement.read(nobody);
    statement.write(
        nobody,
        List.of(
            new SendResult(
                0, nobody, 1, RecipientStatus.SENT, null, null, null, 1, Instant.EPOCH)));
  }

  /** Whether it has its partitions and works. */
  public boolean running() {
    return streams.running();
  }

  @Override
  public void close() {
    stopping = true;
    streams.close();
    kafkaProbe.close();
    databaseProbe.close();
    database.close();
  }
}
