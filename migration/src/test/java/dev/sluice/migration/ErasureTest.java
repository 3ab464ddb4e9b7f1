package dev.sluice.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.DatabaseConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the owner's script that erases a person from the tables (docs/erase-person.sql). */
class ErasureTest {
  private static final String PERSON = "+5511987654321";
  private static final String TABLES =
      """
      INSERT INTO sluice.sender (id, address) VALUES ('s', '1');
      INSERT INTO sluice.campaign (id, name, sender_id, message, status, total, sent) VALUES
        ('00000000-0000-0000-0000-000000000001', 'done', 's', '{}', 'COMPLETED', 2, 2),
        ('00000000-0000-0000-0000-000000000002', 'draft', 's', '{}', 'DRAFT', 0, 0),
        ('00000000-0000-0000-0000-000000000003', 'sending', 's', '{}', 'SENDING', 1, 0);
      INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, status, external_id)
        SELECT id, '+5511987654321', '{"name":"Ana"}',
          CASE status WHEN 'COMPLETED' THEN 'SENT' ELSE 'PENDING' END, 'crm-1' FROM sluice.campaign;
      INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables, status) VALUES
        ('00000000-0000-0000-0000-000000000001', '+5511900000000', '{"name":"Rui"}', 'SENT');
      INSERT INTO sluice.sender_recipient (sender_id, phone) VALUES ('s', '+5511987654321');
      INSERT INTO sluice.contact (phone, messages) VALUES ('+5511987654321', '{}');
      INSERT INTO sluice.alias (phone, name) VALUES ('+5511987654321', 'BR.1020');
      INSERT INTO sluice.opt_out (name, reason) VALUES ('BR.1020', 'STOP');
      INSERT INTO sluice.said (name, at, reason) VALUES ('BR.1020', now(), 'STOP');
      INSERT INTO sluice.suppression (phone, reason, created_at, lifted_at) VALUES
        ('+5511987654321', 'lifted by hand', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
      INSERT INTO sluice.reply (message_id, campaign_id, recipient_id, kind, text, answered_message_id, at)
        SELECT kind || phone, campaign_id, id, kind, 'Ana says ' || kind, 'wamid.1', now()
          FROM sluice.campaign_recipient, unnest(ARRAY['text', 'button']) AS kind
          WHERE status = 'SENT' ORDER BY phone DESC, kind DESC;
      INSERT INTO sluice.lift (phone, at, lifted_by, was) VALUES
        ('+5511987654321', '2026-01-01T00:00:00Z', 'ana', 'manual');
      """;

  /** A receipt that came after the first run, and the reply to the message that it told again. */
  private static final String LATER =
      """
      UPDATE sluice.campaign_recipient
        SET provider_message_id = 'wamid.1', error_detail = 'of ' || phone WHERE status = 'SENT';
      INSERT INTO sluice.alias (phone, name)
        SELECT phone, '+551187654321' FROM sluice.campaign_recipient WHERE phone LIKE '+999%';
      INSERT INTO sluice.reply (message_id, campaign_id, recipient_id, kind, text, answered_message_id, at)
        SELECT 'wamid.later', campaign_id, id, 'text', 'I am Ana', 'wamid.1', now()
          FROM sluice.campaign_recipient WHERE phone LIKE '+999%';
      """;

  @Test
  void thePersonIsNowhereButInTheSuppressionsAndCountersAreTrue() throws Exception {
    DatabaseConfig owner = TestEnvironment.create(1).owner();
    try (Connection db = DriverManager.getConnection(owner.url(), owner.user(), owner.password())) {
      execute(db, TABLES);

      execute(db, script());
      // The message to the person is still to be sent, so this row is untouched.
      assertThat(campaignsOf(db)).containsExactly("sending");

      execute(db, "UPDATE sluice.campaign SET status = 'CANCELLED' WHERE status = 'SENDING'");
      execute(db, LATER);
      execute(db, script());

      assertThat(campaignsOf(db)).isEmpty();
      assertThat(
              query(
                  db,
                  "SELECT sent - (SELECT count(*) FROM sluice.campaign_recipient r"
                      + " WHERE r.campaign_id = c.id AND r.status = 'SENT') FROM sluice.campaign c"))
          .containsOnly("0");
      assertThat(query(db, "SELECT phone FROM sluice.suppressed_phone")).containsExactly(PERSON);
      assertThat(query(db, "SELECT reason FROM sluice.suppression"))
          .containsExactly("kept when the person was erased");
      assertThat(
              query(db, "SELECT variables FROM sluice.campaign_recipient WHERE phone LIKE '+999%'"))
          .containsExactly("{}", "{}");
      assertThat(query(db, "SELECT phone FROM sluice.campaign_recipient WHERE phone LIKE '+55%'"))
          .containsExactly("+5511900000000");
      assertThat(
              query(
                  db,
                  "SELECT concat_ws(' ', right(phone, 2), provider_message_id, error_detail)"
                      + " FROM sluice.campaign_recipient WHERE status = 'SENT' ORDER BY phone"))
          .containsExactly("00 wamid.1 of +5511900000000", "01");
      assertThat(
              query(
                  db,
                  "SELECT concat_ws(' ', message_id, text, answered_message_id) FROM sluice.reply"
                      + " ORDER BY id"))
          .containsExactly(
              "erased-1",
              "erased-2 Ana says button",
              "text+5511900000000 Ana says text wamid.1",
              "button+5511900000000 Ana says button wamid.1",
              "erased-5");
      assertThat(
              query(
                  db,
                  "SELECT phone FROM sluice.sender_recipient UNION ALL SELECT phone FROM"
                      + " sluice.contact UNION ALL SELECT name FROM"
                      + " sluice.alias UNION ALL SELECT name FROM sluice.opt_out UNION ALL SELECT name"
                      + " FROM sluice.said UNION ALL SELECT phone FROM sluice.lift"))
          .isEmpty();
    }
  }

  private static List<String> campaignsOf(Connection db) throws SQLException {
    return query(
        db,
        "SELECT name FROM sluice.campaign c JOIN sluice.campaign_recipient r"
            + " ON r.campaign_id = c.id WHERE r.phone = '"
            + PERSON
            + "'");
  }

  private static String script() throws Exception {
    return Files.readString(Path.of("../docs/erase-person.sql"))
        .replace(":'phone'", "'" + PERSON + "'");
  }

  private static void execute(Connection db, String sql) throws SQLException {
    try (var statement = db.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(Connection db, String sql) throws SQLException {
    try (var statement = db.createStatement();
        var result = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (result.next()) {
        rows.add(result.getString(1));
      }
      return rows;
    }
  }
}
