package dev.sluice.worker;

import static dev.sluice.worker.WorkerFixture.CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.NEIGHBOUR;
import static dev.sluice.worker.WorkerFixture.OTHER_CAMPAIGN;
import static dev.sluice.worker.WorkerFixture.PATIENCE;
import static dev.sluice.worker.WorkerFixture.SENDER;
import static dev.sluice.worker.WorkerFixture.bytes;
import static dev.sluice.worker.WorkerFixture.partitionOf;
import static dev.sluice.worker.WorkerFixture.request;
import static dev.sluice.worker.WorkerFixture.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.schema.DeadLetter;
import dev.sluice.schema.Json;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.Topics;
import dev.sluice.schema.WindowCodec;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;

/** Records that cannot be read, or not be written again, affect no others. */
@Execution(ExecutionMode.CONCURRENT)
class HostileRecordsTest {
  private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  private final WorkerFixture fixture = new WorkerFixture();
  private final Topics topics = fixture.kafka.topics();
  private final int partition = partitionOf(SENDER);

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void poisonAmongRequestsThatWouldWaitForDaysIsDoneAndTheWindowFits() throws Exception {
    List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
    for (SendRequest slow : requests(CAMPAIGN, SENDER, 0.001, 0, 900)) {
      records.add(record(slow));
      records.add(new ProducerRecord<>(topics.sendRequests(), partition, null, bytes("poison")));
    }
    fixture.writeRecords(records);
    // In the other partition; its results are written in the same transactions.
    SendRequest elsewhere =
        new SendRequest(
            1,
            OTHER_CAMPAIGN,
            1,
            new SendRequest.Sender(SENDER, "whatsapp", "1"),
            1,
            50,
            "+5511960000000",
            Json.MAPPER.createObjectNode(),
            OnDoubt.HOLD,
            0,
            null);
    fixture.start("w1", WorkerFixture::accepted);
    assertThat(fixture.read(topics.deadLetters(), 900)).hasSize(900);
    fixture.writeRecords(
        List.of(
            new ProducerRecord<>(
                topics.sendRequests(), 1 - partition, bytes("s/1"), Json.write(elsewhere))));

    assertThat(fixture.results(1)).extracting(SendResult::recipientId).containsExactly(1L);
    OffsetAndMetadata place = fixture.committed(partition);
    assertThat(place).isNotNull();
    assertThat(place.metadata())
        .as("900 that wait among 900 that are done")
        .startsWith("v2 ")
        .hasSizeLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
  }

  @Test
  void aRequestThatGrowsBeyondTheLimitWhenItIsPutBackFails() {
    JsonNode large = message(999_300);
    fixture.write(List.of(test(large)));
    fixture.start("w1", message -> laterIfLarge(message.message()));

    assertThat(fixture.results(1).getFirst().errorCode()).isEqualTo("message_too_large");
    fixture.write(requests(OTHER_CAMPAIGN, NEIGHBOUR, 50, 2, 5));
    assertThat(fixture.results(4)).hasSize(4);
  }

  @Test
  void whatTheBrokerRefusesAsTooLargeIsNotTriedWithoutEnd() throws Exception {
    fixture.write(List.of(test(message(400_000))));
    setLargestRecord(topics.sendRequests(), 100_000);
    fixture.start("w1", message -> laterIfLarge(message.message()));

    SendResult failed = fixture.results(1).getFirst();

    assertThat(failed.status()).isEqualTo(RecipientStatus.FAILED);
    assertThat(failed.errorCode()).isEqualTo("message_too_large");
    fixture.awaitDone(partition);
    assertThat(fixture.health.problems()).doesNotContainKey("transactions");
  }

  @Test
  void aPoisonRecordLargerThanTheDeadLettersTakeIsCut() throws Exception {
    setLargestRecord(topics.sendRequests(), 6_000_000);
    byte[] poison = random(4_000_000);
    fixture.writeRecords(
        List.of(new ProducerRecord<>(topics.sendRequests(), partition, bytes("k"), poison)));
    fixture.write(requests(CAMPAIGN, SENDER, 50, 0, 3));
    fixture.start("w1", WorkerFixture::accepted);

    assertThat(fixture.results(3)).hasSize(3);
    ConsumerRecord<byte[], byte[]> deadLetter = fixture.read(topics.deadLetters(), 1).getFirst();
    assertThat(deadLetter.headers().lastHeader(DeadLetter.TRUNCATED)).isNotNull();
    assertThat(poison).startsWith(deadLetter.value());
    assertThat(deadLetter.value().length).isGreaterThan(1_000_000);
  }

  @Test
  void aRequestForNextYearIsADeadLetter() {
    fixture.write(
        List.of(request(1, CAMPAIGN, SENDER, 50, Instant.now().plus(Duration.ofDays(365)))));
    SendRequest good = request(2, CAMPAIGN, SENDER, 50, null);
    fixture.writeRecords(
        List.of(
            new ProducerRecord<>(
                topics.sendRequests(),
                partition,
                bytes(good.laneKey().toString()),
                Json.write(good),
                List.of(new TextHeader("traceparent", TRACE)))));
    fixture.start("w1", WorkerFixture::accepted);

    ConsumerRecord<byte[], byte[]> deadLetter = fixture.read(topics.deadLetters(), 1).getFirst();
    assertThat(deadLetter.headers().lastHeader("reason").value())
        .asString(StandardCharsets.UTF_8)
        .contains("notBefore is more than 7 days ahead");
    ConsumerRecord<byte[], byte[]> result = fixture.read(topics.sendResults(), 1).getFirst();
    assertThat(result.headers().lastHeader("traceparent").value())
        .as("the trace of its request")
        .asString(StandardCharsets.UTF_8)
        .isEqualTo(TRACE);
  }

  @Test
  void whatAProviderSaysIsCutToWhatIsStored() {
    fixture.write(requests(CAMPAIGN, SENDER, 50, 0, 2));
    String long8000 = "\0".repeat(10) + "x".repeat(8_000);
    fixture.start(
        "w1",
        message ->
            message.callbackData().contains(":0:")
                ? new SendOutcome.Accepted(long8000)
                : new SendOutcome.Refused(long8000, long8000));

    assertThat(fixture.results(2))
        .allSatisfy(result -> {
          if (result.status() == RecipientStatus.SENT) {
            assertThat(result.providerMessageId()).hasSize(255).doesNotContain("\0");
          } else {
            assertThat(result.errorCode()).hasSize(100);
            assertThat(result.errorDetail()).hasSize(1_000);
          }
        });
  }

  /** Returns a test, which is the only request that a worker puts back to wait for long. */
  private static SendRequest test(JsonNode message) {
    return SendRequest.test(
        1,
        CAMPAIGN,
        new SendRequest.Sender(SENDER, "whatsapp", "1"),
        50,
        "+5511960000000",
        message);
  }

  private static SendOutcome laterIfLarge(JsonNode message) {
    return message.has("text")
        ? new SendOutcome.TryAgain("131000", "?", Duration.ofSeconds(45))
        : new SendOutcome.Accepted("wamid");
  }

  /** Returns a message that does not compress. */
  private static JsonNode message(int size) {
    return Json.MAPPER
        .createObjectNode()
        .put("text", Base64.getEncoder().encodeToString(random(size / 4 * 3)));
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(1).nextBytes(bytes);
    return bytes;
  }

  private ProducerRecord<byte[], byte[]> record(SendRequest request) {
    return new ProducerRecord<>(
        topics.sendRequests(), partition, bytes(request.laneKey().toString()), Json.write(request));
  }

  private void setLargestRecord(String topic, int largest) throws Exception {
    ConfigEntry entry =
        new ConfigEntry(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(largest));
    try (Admin admin = fixture.admin()) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(new AlterConfigOp(entry, AlterConfigOp.OpType.SET))))
          .all()
          .get();
      await()
          .atMost(PATIENCE)
          .until(() ->
              admin
                  .describeConfigs(List.of(new ConfigResource(ConfigResource.Type.TOPIC, topic)))
                  .values()
                  .values()
                  .iterator()
                  .next()
                  .get()
                  .get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
                  .value()
                  .equals(Integer.toString(largest)));
    }
  }
}
