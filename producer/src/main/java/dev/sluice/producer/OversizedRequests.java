package dev.sluice.producer;

import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Charges a request that Kafka refused as too large to its campaign, which would write it again.
 * Requests are kept well below Kafka's defaults, but topics may allow less. Records sent along with
 * it fail with the same error, so the largest one is charged.
 */
final class OversizedRequests implements Consumer<ProducerRecord<byte[], byte[]>> {
  private static final Duration TOGETHER = Duration.ofMillis(500);

  private final Topics topics;
  private final CampaignFaults faults;
  private final InstantSource clock;
  private final Counter refused;
  private final AtomicReference<@Nullable Refused> largest = new AtomicReference<>();

  private record Refused(UUID campaignId, int bytes, Instant since) {}

  OversizedRequests(
      Topics topics, CampaignFaults faults, InstantSource clock, MeterRegistry meters) {
    this.topics = topics;
    this.faults = faults;
    this.clock = clock;
    refused =
        Counter.builder("sluice.producer.refused")
            .description("Records that Kafka refused, one as too large and others along with it")
            .register(meters);
  }

  @Override
  public void accept(ProducerRecord<byte[], byte[]> record) {
    refused.increment();
    if (record.topic().equals(topics.sendRequests())) {
      UUID campaign = Json.read(record.value(), SendRequest.class).campaignId();
      Refused one = new Refused(campaign, record.value().length, clock.instant());
      largest.accumulateAndGet(one, OversizedRequests::larger);
    }
  }

  private static Refused larger(@Nullable Refused before, Refused one) {
    if (before == null) {
      return one;
    }
    return one.bytes() <= before.bytes()
        ? before
        : new Refused(one.campaignId(), one.bytes(), before.since());
  }

  /** Charges the largest refused record, once all are known. */
  void blame() {
    Refused one = largest.get();
    if (one != null && one.since().plus(TOGETHER).isBefore(clock.instant())) {
      largest.set(null);
      faults.hopeless(
          one.campaignId(),
          "a message of "
              + one.bytes()
              + " bytes is larger than "
              + topics.sendRequests()
              + " allows");
    }
  }
}
