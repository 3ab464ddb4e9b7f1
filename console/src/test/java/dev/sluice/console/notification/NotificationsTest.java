package dev.sluice.console.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.console.notification.Receiver.Answer;
import dev.sluice.console.notification.Receiver.Post;
import dev.sluice.local.HurriedTicker;
import dev.sluice.local.SelfSignedCertificate;
import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignEvent.Event;
import dev.sluice.schema.Json;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** With a real server at the other end. */
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
class NotificationsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final UUID SPRING = UUID.fromString("3fe21825-9f3a-4c0e-8f53-0f6a5f1f2b17");
  private static final UUID AUTUMN = UUID.fromString("91d0a7c4-50e7-4f43-8a9b-df7b1c6e2a55");

  private final KafkaConfig kafka = TestEnvironment.topics(1);
  private final Health health = new Health();
  private final HurriedTicker ticker = new HurriedTicker();
  private SimpleMeterRegistry meters = new SimpleMeterRegistry();

  /** As it is from the first start of a console with an address on. */
  @BeforeEach
  void beginWithWhatHappensFromNowOn() throws Exception {
    try (Receiver receiver = Receiver.plain();
        Notifications _ = to(receiver)) {
      awaitPlace();
    }
  }

  @Test
  void whateverItsReceiverDoesEachEventArrivesInOrderSignedAndUnderOneId(@TempDir Path folder)
      throws Exception {
    SelfSignedCertificate certificate = SelfSignedCertificate.writtenTo(folder.resolve("ca.pem"));
    try (Receiver receiver = Receiver.secure(certificate)) {
      receiver.next(
          new Answer(500, Duration.ofMillis(300)),
          new Answer(429, Duration.ZERO),
          new Answer(204, Duration.ofMillis(300)),
          new Answer(503, Duration.ZERO),
          new Answer(204, Duration.ZERO),
          new Answer(307, Duration.ZERO));
      try (Notifications _ = to(receiver)) {
        write(SPRING, Event.STARTED, null);
        write(AUTUMN, Event.STARTED, null);
        write(AUTUMN, Event.PAUSED, "it cannot go on: its message is unreadable");
        write(SPRING, Event.COMPLETED, null);

        await().atMost(PATIENCE).until(() -> receiver.taken().size() == 4);
      }

      assertThat(receiver.taken())
          .extracting(post -> Json.MAPPER.readTree(post.body()))
          .extracting(
              body -> body.path("type").asString() + " " + body.at("/data/campaignId").asString())
          .containsExactly(
              "campaign.started " + SPRING,
              "campaign.started " + AUTUMN,
              "campaign.fault " + AUTUMN,
              "campaign.completed " + SPRING);
      assertThat(receiver.posts()).hasSize(8).allMatch(Post::signed);
      assertThat(receiver.posts()).extracting(Post::path).containsOnly("/sluice?tenant=7");
      assertThat(receiver.posts().stream().map(Post::id).distinct().toList())
          .as("retries keep the id")
          .isEqualTo(receiver.taken().stream().map(Post::id).toList());
      assertThat(count("posted")).isEqualTo(4);
      assertThat(count("failed")).isEqualTo(4);
      assertThat(health.notices()).isEmpty();
    }
  }

  @Test
  void whatIsNotTakenIsPostedByTheNextConsole() throws Exception {
    try (Receiver receiver = Receiver.plain()) {
      receiver.usually(503);
      try (Notifications _ = to(receiver)) {
        for (int round = 1; round <= 3; round++) {
          write(SPRING, Event.COMPLETED, null);
        }
        await().atMost(PATIENCE).until(() -> receiver.posts().size() > 1);
        assertThat(health.notices().get("webhook out"))
            .contains("HTTP 503", "http://localhost:")
            .doesNotContain("tenant");
        assertThat(health.problems()).isEmpty();
        assertThat(waiting()).isPositive();
      }
      write(SPRING, Event.STARTED, null);
      receiver.usually(204);
      try (Notifications _ = to(receiver)) {
        await().atMost(PATIENCE).until(() -> receiver.taken().size() == 4);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(waiting()).isZero());
      }

      assertThat(receiver.taken().stream().map(Post::id).distinct()).hasSize(4);
      assertThat(receiver.taken().getLast().body()).contains("campaign.started");
    }
  }

  @Test
  void whatWasTakenIsNotPostedByTheNextConsole() throws Exception {
    try (Receiver receiver = Receiver.plain()) {
      try (Notifications _ = to(receiver)) {
        write(SPRING, Event.STARTED, null);
        await().atMost(PATIENCE).until(() -> !receiver.taken().isEmpty());
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(waiting()).isZero());
      }
      write(SPRING, Event.COMPLETED, null);
      try (Notifications _ = to(receiver)) {
        await().atMost(PATIENCE).until(() -> receiver.taken().size() == 2);
      }

      assertThat(receiver.posts().getLast().body()).contains("campaign.completed");
    }
  }

  @Test
  void whatHappenedBeforeItWasSwitchedOnIsNotPosted() throws Exception {
    KafkaConfig other = TestEnvironment.topics(1);
    write(other, value(SPRING, Event.COMPLETED, null));
    try (Receiver receiver = Receiver.plain();
        Notifications _ =
            new Notifications(other, receiver.destination(), health, new SimpleMeterRegistry())) {
      awaitPlace(other);
      write(other, value(AUTUMN, Event.COMPLETED, null));
      await().atMost(PATIENCE).until(() -> !receiver.taken().isEmpty());

      assertThat(receiver.posts())
          .singleElement()
          .satisfies(post -> assertThat(post.body()).contains(AUTUMN.toString()));
    }
  }

  @Test
  void whatIsNotChosenOrNoEventHoldsUpNothing() throws Exception {
    try (Receiver receiver = Receiver.plain();
        Notifications _ = to(receiver)) {
      write(SPRING, Event.PAUSED, "requested by user:ana@10.0.0.7");
      write(SPRING, Event.RESUMED, "requested by user:ana@10.0.0.7");
      write(kafka, "no JSON".getBytes(StandardCharsets.UTF_8));
      write(SPRING, Event.COMPLETED, null);
      await().atMost(PATIENCE).until(() -> !receiver.taken().isEmpty());

      assertThat(receiver.posts()).hasSize(1);
      assertThat(count("unreadable")).isEqualTo(1);
    }
  }

  @Test
  void anEventThatItsReceiverRefusesIsGivenUpAndTheNextOneIsPosted() throws Exception {
    try (Receiver receiver = Receiver.plain();
        Notifications _ = to(receiver)) {
      receiver.usually(410);
      write(SPRING, Event.STARTED, null);
      write(SPRING, Event.COMPLETED, null);
      await().atMost(PATIENCE).until(() -> receiver.posts().size() > 1);
      String refused = receiver.posts().getFirst().id();
      assertThat(count("given_up")).isZero();
      receiver.next(new Answer(410, Duration.ZERO));
      receiver.usually(204);
      ticker.hurry(Retries.REFUSED_FOR.plusMinutes(10));

      await().atMost(PATIENCE).until(() -> !receiver.taken().isEmpty());

      assertThat(receiver.taken())
          .singleElement()
          .satisfies(post -> assertThat(post.body()).contains("campaign.completed"));
      assertThat(receiver.taken()).extracting(Post::id).doesNotContain(refused);
      assertThat(count("given_up")).isEqualTo(1);
    }
  }

  private Notifications to(Receiver receiver) {
    meters = new SimpleMeterRegistry();
    return new Notifications(
        kafka,
        receiver.destination(),
        health,
        meters,
        new Machine(ticker, Thread.Builder::start, new Random(1)));
  }

  private double count(String outcome) {
    return meters.get("sluice.console.webhook.out").tag("outcome", outcome).counter().count();
  }

  private double waiting() {
    return meters.get("sluice.console.webhook.out.waiting").gauge().value();
  }

  private void awaitPlace() throws Exception {
    awaitPlace(kafka);
  }

  /** Waits until the group has a committed place. */
  private static void awaitPlace(KafkaConfig kafka) throws Exception {
    try (Admin admin = Admin.create(kafka.client(Map.of()))) {
      await()
          .atMost(PATIENCE)
          .until(() ->
              !admin
                  .listConsumerGroupOffsets(kafka.topics().webhookOutGroup())
                  .partitionsToOffsetAndMetadata()
                  .get()
                  .isEmpty());
    }
  }

  private void write(UUID campaign, Event event, @Nullable String reason) throws Exception {
    write(kafka, value(campaign, event, reason));
  }

  private static byte[] value(UUID campaign, Event event, @Nullable String reason) {
    return Json.write(new CampaignEvent(event, campaign, null, 1, Instant.now(), reason, null));
  }

  private static void write(KafkaConfig kafka, byte[] event) throws Exception {
    try (Producer<byte[], byte[]> producer = kafka.producer(Map.of())) {
      producer.send(new ProducerRecord<>(kafka.topics().campaignEvents(), event)).get();
    }
  }
}
