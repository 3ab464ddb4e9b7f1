package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.runtime.kafka.KafkaConfig;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * The producer, from a start command to the last committed request, compared with a loop that reads
 * the same pages and writes requests of the same size, without a transaction and without rendering.
 */
final class FanOutScenario implements Scenario {
  private static final int PAGE = 1_000;

  @Override
  public String name() {
    return "fan-out";
  }

  @Override
  public String description() {
    return "recipients/s from a campaign to requests, beside bare keyset pages and a bare producer";
  }

  @Override
  public int usualSize() {
    return 200_000;
  }

  @Override
  public Report run(int size) throws Exception {
    try (Servers servers = new Servers(1);
        Fleet fleet = MeasuredRoles.of(servers, "http://localhost:1", Map.of());
        Admin admin = Admin.create(servers.environment().kafka().client(Map.of()))) {
      servers.execute(
          "INSERT INTO sluice.sender (id, address, rate_per_second)"
              + " VALUES ('s', '106540352242922', 1000000)");
      fleet.start("producer 1");
      await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
      // Warm both up.
      bare(servers, size / 2);
      fannedOut(servers, admin, size / 2);
      double bare = bare(servers, size);
      Duration cpuBefore = fleet.get("producer 1").cpuTime();
      double fannedOut = fannedOut(servers, admin, size);
      Duration cpu = fleet.get("producer 1").cpuTime().minus(cpuBefore);
      return new Report(
          List.of("recipients/s", "of bare", "µs CPU/recipient"),
          List.of(
              Report.Row.of("bare", size / bare, 1.0, Double.NaN),
              Report.Row.of(
                  "Sluice", size / fannedOut, bare / fannedOut, cpu.toNanos() / 1e3 / size)));
    }
  }

  /** Returns the time taken, s. */
  private static double fannedOut(Servers servers, Admin admin, int recipients) throws Exception {
    WaitingCampaign campaign = WaitingCampaign.draft(servers, recipients);
    servers.settle();
    long before = committed(servers, admin);
    long begun = System.nanoTime();
    campaign.start(servers);
    // Each transaction adds a marker, about one per page, so the count is off by about a
    // thousandth.
    await()
        .atMost(Duration.ofMinutes(3))
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> committed(servers, admin) - before >= recipients);
    return (System.nanoTime() - begun) / 1e9;
  }

  private static long committed(Servers servers, Admin admin) throws Exception {
    TopicPartition lane =
        new TopicPartition(servers.environment().kafka().topics().sendRequests(), 0);
    return admin
        .listOffsets(
            Map.of(lane, OffsetSpec.latest()),
            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
        .partitionResult(lane)
        .get()
        .offset();
  }

  /** Returns the time taken, s. */
  // The last flush awaits them all.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static double bare(Servers servers, int recipients) throws Exception {
    WaitingCampaign campaign = WaitingCampaign.draft(servers, recipients);
    servers.settle();
    KafkaConfig kafka = servers.environment().kafka();
    try (Connection connection = servers.connect();
        KafkaProducer<byte[], byte[]> producer = BareProducer.open(kafka, Map.of());
        PreparedStatement page =
            connection.prepareStatement(
                """
                SELECT id, phone, variables, created_at FROM sluice.campaign_recipient
                WHERE campaign_id = ? AND status = 'PENDING' AND (created_at, id) > (?, ?)
                ORDER BY created_at, id LIMIT ?
                """)) {
      long begun = System.nanoTime();
      Timestamp createdAt = Timestamp.from(Instant.EPOCH);
      long id = 0;
      for (int read = PAGE; read == PAGE; ) {
        page.setObject(1, campaign.id());
        page.setTimestamp(2, createdAt);
        page.setLong(3, id);
        page.setInt(4, PAGE);
        read = 0;
        try (var rows = page.executeQuery()) {
          for (; rows.next(); read++) {
            id = rows.getLong(1);
            createdAt = rows.getTimestamp(4);
            producer.send(
                new ProducerRecord<>(
                    kafka.topics().sendRequests(),
                    0,
                    bytes("s/0"),
                    request(campaign.id(), id, rows.getString(2), rows.getString(3))));
          }
        }
      }
      producer.flush();
      return (System.nanoTime() - begun) / 1e9;
    }
  }

  /** Returns a request as long as a real one. */
  private static byte[] request(UUID campaign, long id, String phone, String variables) {
    return bytes(
        "{\"recipientId\":"
            + id
            + ",\"campaignId\":\""
            + campaign
            + "\",\"round\":1,\"sender\":{\"id\":\"s\",\"provider\":\"whatsapp\",\"address\":"
            + "\"106540352242922\"},\"lane\":0,\"permitsPerSecond\":1000000.0,\"to\":\""
            + phone
            + "\",\"message\":{\"type\":\"text\",\"text\":"
            + variables
            + "},\"onDoubt\":\"HOLD\",\"attempts\":0}");
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
