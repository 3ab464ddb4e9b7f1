package dev.sluice.cli;

import dev.sluice.runtime.kafka.CampaignHeaders;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Reasons;
import dev.sluice.schema.Topics;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists unusable records and writes them back to their topics. */
@Command(
    name = "dead-letters",
    description = "Lists records that could not be used, and writes them back.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {DeadLettersCommand.ListLetters.class, DeadLettersCommand.Replay.class})
final class DeadLettersCommand {
  private static final int SHOWN = 80;

  private DeadLettersCommand() {}

  /** Reads all current letters, oldest first. */
  private static void forEach(KafkaConfig kafka, Consumer<ConsumerRecord<byte[], byte[]>> action) {
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.client(Map.of("isolation.level", "read_committed")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(kafka.topics().deadLetters()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer.poll(Duration.ofMillis(500)).forEach(action);
      }
    }
  }

  private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
    Header header = letter.headers().lastHeader(name);
    return header == null ? "?" : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** Prints one line per letter. */
  @Command(
      name = "list",
      description = "Shows each letter's number, where it came from, why, and how it begins.",
      mixinStandardHelpOptions = true)
  static final class ListLetters implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KafkaOptions kafka = new KafkaOptions();

    // picocli sets the specification before it calls.
    @SuppressWarnings("NullAway.Init")
    ListLetters() {}

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      forEach(
          kafka.config(),
          letter ->
              out.printf(
                  "%6d  %s-%s@%s  %s  %s%n",
                  letter.offset(),
                  header(letter, "topic"),
                  header(letter, "partition"),
                  header(letter, "offset"),
                  header(letter, "reason").lines().findFirst().orElse(""),
                  beginning(letter.value())));
      out.flush();
      return 0;
    }

    /**
     * Returns the value's first characters, without the personal data that the end of a request may
     * hold.
     */
    private static String beginning(byte @Nullable [] value) {
      if (value == null) {
        return "(no value)";
      }
      String text = new String(value, 0, Math.min(value.length, SHOWN), StandardCharsets.UTF_8);
      return text.replaceAll("\\p{Cntrl}", "·").replaceAll("\\+?\\d{7,}", "…")
          + (value.length > SHOWN ? "… (" + value.length + " bytes)" : "");
    }
  }

  /** Writes letters back to the topics and partitions that they came from. */
  @Command(
      name = "replay",
      description =
          "Puts letters back where they came from, after what was wrong is mended. Replaying one"
              + " twice is as harmless as any repeated command or result; a repeated request is sent"
              + " again.",
      mixinStandardHelpOptions = true)
  static final class Replay implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private KafkaOptions kafka = new KafkaOptions();

    @Option(
        names = "--number",
        required = true,
        paramLabel = "N",
        split = ",",
        defaultValue = "${env:SLUICE_DEAD_LETTER_NUMBERS}",
        description = "Which letters, as list shows them (SLUICE_DEAD_LETTER_NUMBERS).")
    private List<Long> numbers = List.of();

    // picocli sets the specification before it calls.
    @SuppressWarnings("NullAway.Init")
    Replay() {}

    @Override
    public Integer call() throws Exception {
      KafkaConfig config = kafka.config();
      PrintWriter out = spec.commandLine().getOut();
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(
              config.client(Map.of("acks", "all")),
              new ByteArraySerializer(),
              new ByteArraySerializer())) {
        forEach(
            config,
            letter -> {
              if (numbers.contains(letter.offset())) {
                putBack(producer, letter, config.topics());
                out.printf("%d is back on %s%n", letter.offset(), header(letter, "topic"));
              }
            });
      }
      out.flush();
      return 0;
    }

    private static void putBack(
        KafkaProducer<byte[], byte[]> producer,
        ConsumerRecord<byte[], byte[]> letter,
        Topics topics) {
      if (letter.headers().lastHeader(DeadLetter.TRUNCATED) != null) {
        throw new IllegalArgumentException(
            letter.offset() + " is only the beginning of a record that was too large to keep");
      }
      int partition = Integer.parseInt(header(letter, "partition"));
      List<Header> headers = CampaignHeaders.belonging(letter.headers());
      EventType type = EventType.of(header(letter, "topic"), topics);
      if (type != null) {
        headers.add(type.header());
      }
      try {
        producer
            .send(
                new ProducerRecord<>(
                    header(letter, "topic"),
                    partition < 0 ? null : partition,
                    letter.key(),
                    letter.value(),
                    headers))
            .get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("Kafka did not take it back: " + Reasons.of(e), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }
}
