package dev.sluice.benchmark.scenario;

import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.CampaignStatus;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A campaign whose recipients are all pending.
 *
 * @param firstId its recipients' first id; the others follow
 */
record WaitingCampaign(UUID id, long firstId, int recipients) {

  static void insertSender(Servers servers) throws SQLException {
    servers.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '106540352242922')");
  }

  /**
   * Creates a sender.
   *
   * @param rate messages/s
   */
  static void insertSender(Servers servers, String id, String address, double rate, int lanes)
      throws SQLException {
    servers.execute(
        "INSERT INTO sluice.sender (id, address, rate_per_second, lanes) VALUES (?, ?, ?, ?)",
        id,
        address,
        rate,
        lanes);
  }

  /** Creates a campaign that has started, according to the tables. */
  static WaitingCampaign sending(Servers servers, int recipients) throws SQLException {
    return insert(servers, "s", recipients, CampaignStatus.SENDING);
  }

  /** Creates a campaign that can be started. */
  static WaitingCampaign draft(Servers servers, int recipients) throws SQLException {
    return draft(servers, "s", recipients);
  }

  /** The same of another sender. */
  static WaitingCampaign draft(Servers servers, String sender, int recipients) throws SQLException {
    return insert(servers, sender, recipients, CampaignStatus.DRAFT);
  }

  /** Creates one that is over: everybody has got the message. */
  static void insertSent(Servers servers, int recipients) throws SQLException {
    WaitingCampaign over = sending(servers, 0);
    servers.execute(
        """
        INSERT INTO sluice.campaign_recipient
          (campaign_id, phone, variables, status, provider_message_id, attempts)
        SELECT ?, '+55119' || (60000000 + n), '{"name":"Ana"}', 'SENT', 'wamid.' || n, 1
        FROM generate_series(1, ?) AS n
        """,
        over.id(),
        recipients);
    servers.execute(
        "UPDATE sluice.campaign SET status = 'COMPLETED', completed_at = now(), total = ?, sent = ?"
            + " WHERE id = ?",
        recipients,
        recipients,
        over.id());
  }

  /** Returns how many of its messages are sent, according to its row. */
  long sent(Servers servers) throws SQLException {
    return servers.number("SELECT sent FROM sluice.campaign WHERE id = ?", id);
  }

  private static WaitingCampaign insert(
      Servers servers, String sender, int recipients, CampaignStatus status) throws SQLException {
    UUID id = UUID.randomUUID();
    boolean started = status == CampaignStatus.SENDING;
    servers.execute(
        """
        INSERT INTO sluice.campaign (id, name, sender_id, message, status, total, started_at)
        VALUES (?, 'benchmark', ?, '{"type":"text","text":{"body":"Olá {{name}}"}}', ?, ?,
                CASE WHEN ? THEN now() END)
        """,
        id,
        sender,
        status.name(),
        started ? recipients : 0,
        started);
    servers.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
        SELECT ?, '+55119' || (60000000 + n), '{"name":"Ana"}' FROM generate_series(1, ?) AS n
        """,
        id,
        recipients);
    long first =
        servers.number("SELECT min(id) FROM sluice.campaign_recipient WHERE campaign_id = ?", id);
    return new WaitingCampaign(id, first, recipients);
  }

  /** Writes its start command. */
  void start(Servers servers) throws Exception {
    command(servers, "start");
  }

  /** Writes a command, like {@code pause}. */
  void command(Servers servers, String name) throws Exception {
    KafkaConfig kafka = servers.environment().kafka();
    byte[] command =
        ("{\"command\":\"" + name + "\",\"campaignId\":\"" + id + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    try (KafkaProducer<byte[], byte[]> producer = BareProducer.open(kafka, Map.of())) {
      producer
          .send(
              new ProducerRecord<>(
                  kafka.topics().campaignCommands(),
                  id.toString().getBytes(StandardCharsets.UTF_8),
                  command))
          .get();
    }
  }
}
