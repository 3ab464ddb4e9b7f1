package dev.sluice.producer.quota;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.LaneKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** Consumers of {@code send-requests} that read only keys. */
final class LaneConsumer {
  private LaneConsumer() {}

  static Consumer<@Nullable LaneKey, Void> of(KafkaConfig kafka) {
    // Few records per poll, because headers hold on to the whole unpacked record until a poll ends.
    return new KafkaConsumer<>(
        kafka.client(
            Map.of(
                ConsumerConfig.CLIENT_ID_CONFIG, "reader-of-lanes",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "50",
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG, "8000000",
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, "500000",
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "5000",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG, "100")),
        new Lane(),
        new Unread());
  }

  /** Reads a lane from a key exactly as Sluice writes it; null for any other key. */
  private static final class Lane implements Deserializer<@Nullable LaneKey> {
    private static final int LONGEST = 300;

    @Override
    public @Nullable LaneKey deserialize(String topic, byte @Nullable [] data) {
      if (data == null || data.length > LONGEST) {
        return null;
      }
      String text = new String(data, StandardCharsets.UTF_8);
      try {
        LaneKey lane = LaneKey.parse(text);
        return lane.toString().equals(text) ? lane : null;
      } catch (IllegalArgumentException e) {
        return null;
      }
    }

    @Override
    public @Nullable LaneKey deserialize(String topic, Headers headers, @Nullable ByteBuffer data) {
      if (data == null || data.remaining() > LONGEST) {
        return null;
      }
      byte[] bytes = new byte[data.remaining()];
      data.duplicate().get(bytes);
      return deserialize(topic, bytes);
    }
  }

  /** Skips values without copying them. */
  private static final class Unread implements Deserializer<Void> {
    @Override
    public @Nullable Void deserialize(String topic, byte[] data) {
      return null;
    }

    @Override
    public @Nullable Void deserialize(String topic, Headers headers, ByteBuffer data) {
      return null;
    }
  }
}
