package dev.sluice.worker;

import dev.sluice.runtime.kafka.Place;
import dev.sluice.runtime.kafka.StablePlaces;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The warm-up of a new worker before it joins its group: its work, done once without effect. The
 * first run loads classes and opens connections, which would otherwise delay the lanes that move to
 * this worker.
 */
final class Rehearsal {
  private static final Logger log = LoggerFactory.getLogger(Rehearsal.class);
  private static final int EVENTS = 500;

  /** For each request: what Kafka does not answer must not keep the worker from other lanes. */
  private static final Duration LONGEST = Duration.ofSeconds(1);

  /** How far before a log's end it is read: enough to be answered at once. */
  private static final int OFFSETS = 100;

  private Rehearsal() {}

  /** Encodes and decodes events that are not sent. */
  static void encode() {
    UUID nobody = new UUID(0, 0);
    for (int i = 0; i < EVENTS; i++) {
      SendRequest request =
          new SendRequest(
              i,
              nobody,
              1,
              new SendRequest.Sender("nobody", "none", "nowhere"),
              0,
              1,
              "+0",
              Json.MAPPER.createObjectNode(),
              OnDoubt.HOLD,
              0,
              null);
      Json.read(Json.write(request), SendRequest.class);
      Json.write(
          SendResult.of(i, nobody, 1, RecipientStatus.SENT, Instant.EPOCH)
              .messageId("")
              .attempts(1)
              .build());
    }
  }

  /**
   * Looks up all partitions and reads from them, as a takeover does.
   *
   * @param consumer has no partitions, before and afterwards
   */
  static void takeOver(Consumer<byte[], byte[]> consumer, StablePlaces places, String topic) {
    try {
      Set<TopicPartition> all =
          consumer.partitionsFor(topic, LONGEST).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .collect(Collectors.toSet());
      Map<TopicPartition, Place> known = places.read(all, LONGEST);
      consumer.assign(known.keySet());
      known.forEach((partition, place) ->
          consumer.seek(partition, Math.max(place.start(), place.end() - OFFSETS)));
      if (!known.values().stream().allMatch(Place::empty)) {
        consumer.poll(LONGEST);
      }
      // Of one, as it waits for transactions to end, and workers that send begin one after another.
      consumer.committed(known.keySet().stream().limit(1).collect(Collectors.toSet()), LONGEST);
    } catch (KafkaException e) {
      log.debug("the rehearsal failed; whoever needs what is missing reports it", e);
    } finally {
      consumer.unsubscribe();
    }
  }
}
