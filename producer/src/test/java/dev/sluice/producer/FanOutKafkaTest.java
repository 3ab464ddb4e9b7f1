package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.FailedStart;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignEvent;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jooq.JSONB;
import org.junit.jupiter.api.Test;

/** Runs the producer on a broker. */
class FanOutKafkaTest {
  private static final Fixture FIXTURE = new Fixture();
  private static final KafkaConfig KAFKA = FIXTURE.environment().kafka();

  @Test
  void aCampaignWhoseMessagesKafkaRefusesIsPausedAndTheOthersGoOn() throws Exception {
    takeAtMost(KAFKA.topics().sendRequests(), 10_000);
    FIXTURE.sender("s", 80, 1);
    FIXTURE.sql().execute("UPDATE sluice.sender SET provider = 'sms'");
    UUID large = FIXTURE.campaign("s", 5);
    FIXTURE
        .sql()
        .update(CAMPAIGN)
        .set(CAMPAIGN.MESSAGE, JSONB.valueOf("{\"text\":\"" + incompressible() + "\"}"))
        .where(CAMPAIGN.ID.eq(large))
        .execute();
    UUID other = FIXTURE.campaign("s", 50);

    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    try (FanOut fanOut = fanOut(meters);
        var requests = requests()) {
      start(large, other);
      List<UUID> seen = new ArrayList<>();
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> {
            requests
                .poll(Duration.ofMillis(100))
                .forEach(
                    record -> seen.add(Json.read(record.value(), SendRequest.class).campaignId()));
            return seen.size() >= 50 && FIXTURE.of(large, CAMPAIGN.STATUS) == CampaignStatus.PAUSED;
          });
      assertThat(seen).hasSize(50).containsOnly(other);
      assertThat(fanOut.running()).isTrue();
      Gauge silence = meters.get("sluice.streams.silence").gauge();
      // No sign is expected of it while partitions are assigned.
      await("its thread is watched")
          .atMost(Duration.ofSeconds(60))
          .until(() -> !Double.isNaN(silence.value()));
    }
    FIXTURE.sql().execute("UPDATE sluice.campaign SET status = 'COMPLETED' WHERE id = ?", other);
    // What one process has announced, the next one knows.
    try (var next = fanOut(new SimpleMeterRegistry())) {
      await().atMost(Duration.ofSeconds(60)).until(() -> events(other).size() == 2);
      assertThat(next.running()).isTrue();
    }
    assertThat(events(other))
        .containsExactly(CampaignEvent.Event.STARTED, CampaignEvent.Event.COMPLETED);
    assertThat(events(large))
        .containsExactly(CampaignEvent.Event.STARTED, CampaignEvent.Event.PAUSED);
  }

  /** The second zone's time comes a few seconds later, probably while no producer runs. */
  @Test
  void aCampaignInTwoTimeZonesGoesOnWithTheSecondAfterARestart() throws Exception {
    FIXTURE.sender("zones", 80, 1);
    UUID campaign = FIXTURE.campaign("zones", 100);
    FIXTURE
        .sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET time_zone ="
                + " CASE WHEN id % 2 = 0 THEN 'UTC' ELSE '-00:00:08' END WHERE campaign_id = ?",
            campaign);
    FIXTURE
        .sql()
        .update(CAMPAIGN)
        .set(CAMPAIGN.LOCAL_TIME, LocalTime.now(ZoneOffset.UTC))
        .where(CAMPAIGN.ID.eq(campaign))
        .execute();
    List<Long> seen = new ArrayList<>();
    try (var requests = requests()) {
      try (var first = fanOut(new SimpleMeterRegistry())) {
        start(campaign);
        await().atMost(Duration.ofSeconds(60)).until(() -> read(requests, campaign, seen) >= 50);
        assertThat(first.running()).isTrue();
      }
      try (var next = fanOut(new SimpleMeterRegistry())) {
        await().atMost(Duration.ofSeconds(60)).until(() -> read(requests, campaign, seen) >= 100);
        assertThat(next.running()).isTrue();
      }
    }
    assertThat(seen).hasSize(100).doesNotHaveDuplicates();
    assertThat(seen.subList(0, 50)).allMatch(id -> id % 2 == 0);
  }

  private static int read(
      KafkaConsumer<byte[], byte[]> requests, UUID campaign, List<Long> recipients) {
    for (var record : requests.poll(Duration.ofMillis(100))) {
      SendRequest request = Json.read(record.value(), SendRequest.class);
      if (request.campaignId().equals(campaign)) {
        recipients.add(request.recipientId());
      }
    }
    return recipients.size();
  }

  /** With the default assignor each would take its task with a probability of a half. */
  @Test
  void producersThatJoinTakeNothingFromTheOneThatWorks() throws Exception {
    try (Admin admin = Admin.create(KAFKA.client(Map.of()));
        FanOut working = fanOut(new SimpleMeterRegistry())) {
      await("there is no group at first")
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsMatching(e -> e.getCause() instanceof GroupIdNotFoundException)
          .until(() -> members(admin, 1).size() == 1);
      String feeding = feeding(members(admin, 1));
      for (int i = 0; i < 4; i++) {
        try (FanOut joining = fanOut(new SimpleMeterRegistry())) {
          await().atMost(Duration.ofSeconds(60)).until(() -> members(admin, 2).size() == 2);
          assertThat(feeding(members(admin, 2))).isEqualTo(feeding);
          await("it runs without a task").atMost(Duration.ofSeconds(60)).until(joining::running);
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> members(admin, 1).size() == 1);
      }
      await("it goes on alone").atMost(Duration.ofSeconds(60)).until(working::running);
    }
  }

  /** Returns the members of the producers' group once it has so many and is stable. */
  private static List<MemberDescription> members(Admin admin, int count) throws Exception {
    ConsumerGroupDescription group =
        admin
            .describeConsumerGroups(List.of(KAFKA.topics().producerGroup()))
            .all()
            .get()
            .get(KAFKA.topics().producerGroup());
    boolean isStable = group != null && group.groupState() == GroupState.STABLE;
    return isStable && group.members().size() == count ? List.copyOf(group.members()) : List.of();
  }

  /** Returns the member that has the campaigns' commands, or nothing. */
  private static String feeding(List<MemberDescription> members) {
    return members.stream()
        .filter(member ->
            member.assignment().topicPartitions().stream()
                .anyMatch(partition -> partition.topic().equals(KAFKA.topics().campaignCommands())))
        .map(MemberDescription::consumerId)
        .collect(Collectors.joining());
  }

  @Test
  void aStartThatFailsLeavesNothingOpen() throws Exception {
    SimpleMeterRegistry full = new SimpleMeterRegistry();
    full.config()
        .onMeterAdded(meter -> {
          if (meter.getId().getName().equals("sluice.streams.silence")) {
            throw new IllegalStateException("no room for " + meter.getId());
          }
        });

    FailedStart failed = FailedStart.of(() -> fanOut(full));

    assertThat(failed.failure()).hasMessageContaining("no room");
    await().untilAsserted(() -> assertThat(failed.threads()).isEmpty());
  }

  private static FanOut fanOut(MeterRegistry meters) {
    return new FanOut(
        FanOutConfig.of(KAFKA, FIXTURE.environment().as(ServiceRole.PRODUCER)),
        new Health(),
        meters);
  }

  /** Returns what was announced of a campaign so far. */
  private static List<CampaignEvent.Event> events(UUID campaign) {
    TopicPartition partition = new TopicPartition(KAFKA.topics().campaignEvents(), 0);
    List<CampaignEvent.Event> events = new ArrayList<>();
    try (var consumer = consumer()) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).get(partition);
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          CampaignEvent event = Json.read(record.value(), CampaignEvent.class);
          if (event.campaignId().equals(campaign)) {
            events.add(event.event());
          }
        }
      }
    }
    return events;
  }

  /** Returns text that does not compress, because Kafka measures the compressed size. */
  private static String incompressible() {
    byte[] noise = new byte[20_000];
    new Random(1).nextBytes(noise);
    return Base64.getEncoder().encodeToString(noise);
  }

  private static void takeAtMost(String topic, int bytes) throws Exception {
    try (Admin admin = Admin.create(KAFKA.client(Map.of()))) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(
                      new AlterConfigOp(
                          new ConfigEntry(
                              TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(bytes)),
                          AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private static void start(UUID... campaigns) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            KAFKA.client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (UUID campaign : campaigns) {
        producer
            .send(
                new ProducerRecord<>(
                    KAFKA.topics().campaignCommands(),
                    campaign.toString().getBytes(StandardCharsets.UTF_8),
                    Json.write(
                        new CampaignCommand(CampaignCommand.Action.START, campaign, "test", null))))
            .get();
      }
    }
  }

  private static KafkaConsumer<byte[], byte[]> requests() {
    KafkaConsumer<byte[], byte[]> consumer = consumer();
    consumer.subscribe(List.of(KAFKA.topics().sendRequests()));
    return consumer;
  }

  private static KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        KAFKA.client(
            Map.of(
                ConsumerConfig.GROUP_ID_CONFIG,
                "test",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest")),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer());
  }
}
