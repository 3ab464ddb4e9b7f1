package dev.sluice.producer;

import dev.sluice.schema.Database;
import dev.sluice.schema.Health;
import dev.sluice.schema.Probe;
import dev.sluice.schema.StreamsApplication;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import org.apache.kafka.streams.StreamsConfig;

/**
 * The producer: fans campaigns out from {@code campaign-commands} to {@code send-requests}.
 *
 * <p>It is a Kafka Streams application with {@code exactly_once_v2}. A campaign's cursor is an entry
 * of its store and commits together with the page of requests that it produced, so a crash repeats
 * the page and nobody sees it twice.
 */
public final class FanOut implements AutoCloseable {
  private final Database database;
  private final WorkerBacklog backlog;
  private final StreamsApplication streams;
  private final Probe databaseProbe;
  private final Probe kafkaProbe;

  /** Starts it; what it cannot reach it reports to {@code health} and keeps trying. */
  public FanOut(FanOutConfig config, Health health, MeterRegistry meters) {
    database = new Database(config.database(), 2, "producer", meters);
    databaseProbe = Probe.of(database, config.database(), health);
    kafkaProbe = Probe.of(config.kafka(), health);
    backlog = new WorkerBacklog(config.kafka(), health);
    CampaignRows rows = new CampaignRows(database.sql());
    RecipientPages pages = new RecipientPages(database.sql());
    streams =
        new StreamsApplication(
            config.kafka(),
            config.kafka().topics().producerGroup(),
            FanOutTopology.of(
                config.kafka().topics(),
                () ->
                    new FanOutProcessor(
                        (passes, output) ->
                            new Feeder(
                                rows,
                                pages,
                                backlog,
                                new WorkAhead(config.workAhead()),
                                config.pageSize(),
                                health,
                                InstantSource.system(),
                                passes,
                                output))),
            Map.of(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2),
            health,
            meters);
  }

  /** Whether it has its partitions and works. */
  public boolean running() {
    return streams.running();
  }

  @Override
  public void close() {
    streams.close();
    backlog.close();
    kafkaProbe.close();
    databaseProbe.close();
    database.close();
  }
}
