package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.schema.DeadLetter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Runs {@code sluice window} and {@code sluice dead-letters} against a real broker. */
class RepairCommandsTest {
  private final KafkaConfig kafka = TestEnvironment.topics(2);
  private final TopicPartition partition = new TopicPartition(kafka.topics().sendRequests(), 1);
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void showsWhatWorkersRecordedAndWhatCannotBeRead() throws Exception {
    commit(new OffsetAndMetadata(0, "v1 s2 d3"));
    run("window", "show");
    assertThat(out.toString()).contains("CLOSED: the window from 0 to 5 is outside the log");

    for (int i = 0; i < 5; i++) {
      write(partition.topic(), 1, "key", "value");
    }
    assertThat(run("window", "show")).isZero();
    assertThat(out.toString()).contains("v1 s2 d3  (started 2, done 3)");

    commit(new OffsetAndMetadata(0, "foreign"));
    run("window", "show");
    assertThat(out.toString()).contains("CLOSED: offset metadata does not begin with");
  }

  @Test
  void showsTheBeginningOfALongWindowAndAllOfItIfAsked() throws Exception {
    for (int i = 0; i < 40; i++) {
      write(partition.topic(), 1, "key", "value");
    }
    String beginning = "v1" + " s1 d1".repeat(8);
    String whole = "v1" + " s1 d1".repeat(20);
    commit(new OffsetAndMetadata(0, whole));

    run("window", "show");
    assertThat(out.toString())
        .contains(beginning + " … 24 more, see --all  (started 20, done 20)")
        .doesNotContain(whole);
    run("window", "show", "--all");
    assertThat(out.toString()).contains(whole + "  (started 20, done 20)");
  }

  @Test
  void resetCallsEverythingUpToTheLogsEndInDoubt() throws Exception {
    for (int i = 0; i < 5; i++) {
      write(partition.topic(), 1, "key", "value");
    }
    commit(new OffsetAndMetadata(2, "foreign"));

    assertThat(run("window", "reset", "--partition", "1")).isZero();
    assertThat(committed().metadata()).isEqualTo("foreign");
    assertThat(run("window", "reset", "--partition", "1", "--yes")).isZero();
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(2, "v1 s3"));
    assertThat(out.toString()).contains("3 message(s) from offset 2 on are now in doubt");
  }

  @Test
  void resetCallsAWholeLogInDoubtWhoseOffsetsAreLost() throws Exception {
    for (int i = 0; i < 5; i++) {
      write(partition.topic(), 1, "key", "value");
    }
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin.deleteConsumerGroups(java.util.List.of(kafka.topics().workerGroup())).all().get();
    }

    assertThat(run("window", "reset", "--partition", "1", "--yes")).isZero();
    assertThat(committed()).isEqualTo(new OffsetAndMetadata(0, "v1 s5"));
  }

  @Test
  void resetRefusesWhatNeedsNoRepair() {
    assertThat(run("window", "reset", "--partition", "0", "--yes")).isEqualTo(2);
    assertThat(run("window", "reset", "--partition", "7", "--yes")).isEqualTo(2);
    assertThat(err.toString()).contains("needs no repair", "no partition 7");
  }

  @Test
  void listsDeadLettersAndPutsThemBackWhereTheyCameFrom() throws Exception {
    DeadLetter letter = new DeadLetter(partition.topic(), 1, 17, "not json");
    try (KafkaProducer<String, String> producer = producer()) {
      producer
          .send(
              new ProducerRecord<>(
                  kafka.topics().deadLetters(),
                  null,
                  "s/0",
                  "{\"to\":\"+5511960000000\"",
                  TextHeader.all(letter.headers())))
          .get();
    }

    assertThat(run("dead-letters", "list")).isZero();
    assertThat(out.toString())
        .contains(partition.topic() + "-1@17  not json")
        .doesNotContain("5511960000000");
    assertThat(run("dead-letters", "replay", "--number", "0")).isZero();
    assertThat(end()).isEqualTo(1);
  }

  private int run(String... arguments) {
    String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 4);
    all[arguments.length] = "--kafka";
    all[arguments.length + 1] = kafka.bootstrapServers();
    all[arguments.length + 2] = "--topic-prefix";
    all[arguments.length + 3] = kafka.topics().prefix();
    return Sluice.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all);
  }

  private void commit(OffsetAndMetadata place) throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      admin
          .alterConsumerGroupOffsets(kafka.topics().workerGroup(), Map.of(partition, place))
          .all()
          .get();
    }
  }

  private OffsetAndMetadata committed() throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      return admin
          .listConsumerGroupOffsets(kafka.topics().workerGroup())
          .partitionsToOffsetAndMetadata()
          .get()
          .get(partition);
    }
  }

  private long end() throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .all()
          .get()
          .get(partition)
          .offset();
    }
  }

  private void write(String topic, int number, String key, String value) throws Exception {
    try (KafkaProducer<String, String> producer = producer()) {
      producer.send(new ProducerRecord<>(topic, number, key, value)).get();
    }
  }

  private KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        kafka.client(Map.of()), new StringSerializer(), new StringSerializer());
  }
}
