package dev.sluice.benchmark.scenario;

import java.sql.SQLException;
import java.util.UUID;

/**
 * A campaign under way, of which nobody is settled yet.
 *
 * @param firstId its recipients' first id; the others follow
 */
record WaitingCampaign(UUID id, long firstId, int recipients) {

  static void insertSender(Servers servers) throws SQLException {
    servers.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '106540352242922')");
  }

  /** Fills the tables. */
  static WaitingCampaign insert(Servers servers, int recipients) throws SQLException {
    UUID id = UUID.randomUUID();
    servers.execute(
        """
        INSERT INTO sluice.campaign (id, name, sender_id, message, status, total, started_at)
        VALUES (?, 'benchmark', 's', '{"type":"text","text":{"body":"Olá {{name}}"}}', 'SENDING',
                ?, now())
        """,
        id,
        recipients);
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
}
