package dev.sluice.benchmark.scenario;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The aggregator, from results on Kafka to rows and counters, compared with UPDATEs of the same
 * rows and counters from memory over one connection.
 */
final class StatusScenario implements Scenario {
  private static final int CAMPAIGNS = 8;
  private static final int[] FLUSH_SIZES = {100, 1_000};

  /** How many times the size is written first, until the process has compiled its code. */
  private static final int WARM_UP = 2;

  @Override
  public String name() {
    return "status";
  }

  @Override
  public String description() {
    return "results/s into PostgreSQL, beside bare batched UPDATEs over one connection";
  }

  @Override
  public int usualSize() {
    return 160_000;
  }

  @Override
  public Report run(int size) throws Exception {
    List<Report.Row> rows = new ArrayList<>();
    try (Servers servers = new Servers(1)) {
      WaitingCampaign.insertSender(servers);
      for (int flushSize : FLUSH_SIZES) {
        try (Fleet fleet = aggregator(servers, flushSize)) {
          int warmUp = WARM_UP * size;
          measure(servers, warmUp, campaigns -> () -> bare(servers, campaigns, flushSize));
          measure(servers, warmUp, campaigns -> aggregated(servers, campaigns));
          Measured bare =
              measure(servers, size, campaigns -> () -> bare(servers, campaigns, flushSize));
          Duration cpuBefore = fleet.get("status-aggregator 1").cpuTime();
          Measured sluice = measure(servers, size, campaigns -> aggregated(servers, campaigns));
          Duration cpu = fleet.get("status-aggregator 1").cpuTime().minus(cpuBefore);
          rows.add(bare.row("bare, " + flushSize + " at once", 1, Double.NaN));
          rows.add(
              sluice.row(
                  "Sluice, " + flushSize + " at once",
                  sluice.perSecond() / bare.perSecond(),
                  cpu.toNanos() / 1e3 / sluice.results()));
        }
      }
    }
    return new Report(
        List.of("results/s", "of bare", "WAL bytes/row", "HOT share", "µs CPU/result"), rows);
  }

  private static Fleet aggregator(Servers servers, int flushSize) throws Exception {
    Fleet fleet =
        MeasuredRoles.of(
            servers,
            "http://localhost:1",
            Map.of("SLUICE_FLUSH_SIZE", Integer.toString(flushSize)));
    fleet.start("status-aggregator 1");
    await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
    return fleet;
  }

  /** Prepares writing all results of some campaigns. */
  private interface Way {
    Work prepare(List<WaitingCampaign> campaigns) throws Exception;
  }

  private interface Work {
    void run() throws Exception;
  }

  private record Measured(long results, double seconds, long walBytes, double hotShare) {
    double perSecond() {
      return results / seconds;
    }

    Report.Row row(String name, double ofBare, double cpuMicros) {
      return Report.Row.of(
          name, perSecond(), ofBare, (double) walBytes / results, hotShare, cpuMicros);
    }
  }

  private static Measured measure(Servers servers, int size, Way way) throws Exception {
    List<WaitingCampaign> campaigns = new ArrayList<>();
    for (int i = 0; i < CAMPAIGNS; i++) {
      campaigns.add(WaitingCampaign.sending(servers, size / CAMPAIGNS));
    }
    Work work = way.prepare(campaigns);
    servers.settle();
    Servers.Updates updates = servers.updates();
    long wal = servers.walBytes();
    long begun = System.nanoTime();
    work.run();
    double seconds = (System.nanoTime() - begun) / 1e9;
    wal = servers.walBytes() - wal;
    int results = size / CAMPAIGNS * CAMPAIGNS;
    return new Measured(results, seconds, wal, servers.updatesFrom(updates, results).hotShare());
  }

  /** Writes in transactions of one statement for the rows of a campaign and one for its counter. */
  private static void bare(Servers servers, List<WaitingCampaign> campaigns, int batch)
      throws Exception {
    try (Connection connection = servers.connect()) {
      connection.setAutoCommit(false);
      try (PreparedStatement rows =
              connection.prepareStatement(
                  """
                  UPDATE sluice.campaign_recipient AS recipient
                  SET status = 'SENT', provider_message_id = sent.message, attempts = 1,
                      updated_at = clock_timestamp()
                  FROM unnest(?::bigint[], ?::text[]) AS sent (id, message)
                  WHERE recipient.id = sent.id
                  """);
          PreparedStatement counter =
              connection.prepareStatement(
                  "UPDATE sluice.campaign SET sent = sent + ? WHERE id = ?")) {
        for (int from = 0; from < campaigns.getFirst().recipients(); from += batch) {
          for (WaitingCampaign campaign : campaigns) {
            int count = Math.min(batch, campaign.recipients() - from);
            long first = campaign.firstId() + from;
            Array ids =
                connection.createArrayOf(
                    "bigint", LongStream.range(first, first + count).boxed().toArray());
            Array messages =
                connection.createArrayOf(
                    "text",
                    LongStream.range(first, first + count)
                        .mapToObj(StatusScenario::messageId)
                        .toArray());
            rows.setArray(1, ids);
            rows.setArray(2, messages);
            rows.executeUpdate();
            counter.setInt(1, count);
            counter.setObject(2, campaign.id());
            counter.executeUpdate();
            connection.commit();
          }
        }
      }
    }
  }

  /** Prepares a transaction whose end makes all results visible at once. */
  // The commit fails if any of them did.
  @SuppressWarnings("FutureReturnValueIgnored")
  private static Work aggregated(Servers servers, List<WaitingCampaign> campaigns) {
    KafkaConfig kafka = servers.environment().kafka();
    KafkaProducer<byte[], byte[]> producer =
        BareProducer.open(kafka, Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "results"));
    producer.initTransactions();
    producer.beginTransaction();
    for (int i = 0; i < campaigns.getFirst().recipients(); i++) {
      for (WaitingCampaign campaign : campaigns) {
        producer.send(
            new ProducerRecord<>(
                kafka.topics().sendResults(),
                campaign.id().toString().getBytes(StandardCharsets.UTF_8),
                Json.write(sent(campaign.id(), campaign.firstId() + i))));
      }
    }
    producer.flush();
    return () -> {
      producer.commitTransaction();
      producer.close();
      UUID[] ids = campaigns.stream().map(WaitingCampaign::id).toArray(UUID[]::new);
      long all = campaigns.stream().mapToLong(WaitingCampaign::recipients).sum();
      await()
          .atMost(Duration.ofMinutes(2))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20))
          .until(() ->
              servers.number(
                      "SELECT sum(sent) FROM sluice.campaign WHERE id = ANY (?)", (Object) ids)
                  == all);
    };
  }

  private static SendResult sent(UUID campaignId, long recipientId) {
    return SendResult.of(recipientId, campaignId, 1, RecipientStatus.SENT, Instant.now())
        .messageId(messageId(recipientId))
        .attempts(1)
        .build();
  }

  private static String messageId(long recipientId) {
    return "wamid.HBgNNTUxMTk2MDAwMDAwMBUCABEYEjlB" + recipientId;
  }
}
