package dev.sluice.demo;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Campaigns as another program fills them. */
final class TrialRows implements AutoCloseable {
  static final String ADDRESS = "1065403";
  private final Database database;

  TrialRows(TestEnvironment environment) {
    database = new Database(environment.owner(), 4, "test", new SimpleMeterRegistry());
  }

  void sender(String id) {
    database
        .sql()
        .execute(
            "INSERT INTO sluice.sender (id, provider, address, rate_per_second)"
                + " VALUES (?, 'whatsapp', ?, 80) ON CONFLICT DO NOTHING",
            id,
            ADDRESS);
  }

  /**
   * Adds a campaign to numbers; the message has a variable that the first of them lacks.
   *
   * @param scheduledAt when it is to start, or null for a draft
   */
  UUID campaign(String sender, List<String> phones, @Nullable OffsetDateTime scheduledAt) {
    UUID id = UUID.randomUUID();
    database
        .sql()
        .execute(
            "INSERT INTO sluice.campaign (id, name, sender_id, message, status, scheduled_at)"
                + " VALUES (?, 'trial', ?,"
                + " '{\"type\":\"text\",\"text\":{\"body\":\"Hi {{name}}\"}}'::jsonb, ?,"
                + " ?::timestamptz)",
            id,
            sender,
            scheduledAt == null ? "DRAFT" : "SCHEDULED",
            scheduledAt);
    for (int i = 0; i < phones.size(); i++) {
      database
          .sql()
          .execute(
              "INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)"
                  + " VALUES (?, ?, ?::jsonb)",
              id,
              phones.get(i),
              i == 0 ? "{}" : "{\"name\":\"Ana\"}");
    }
    return id;
  }

  /** Makes a campaign look as if the producer had started it. */
  void sending(UUID campaign) {
    database
        .sql()
        .execute(
            "UPDATE sluice.campaign SET status = 'SENDING', started_at = now(), total ="
                + " (SELECT count(*) FROM sluice.campaign_recipient WHERE campaign_id = campaign.id)"
                + " WHERE id = ?",
            campaign);
  }

  /** Returns a campaign's recipients in the order in which they were added. */
  List<Long> recipients(UUID campaign) {
    return database
        .sql()
        .resultQuery(
            "SELECT id FROM sluice.campaign_recipient WHERE campaign_id = ? ORDER BY id", campaign)
        .fetch(0, Long.class);
  }

  /** Locks a campaign's row until the result is closed. */
  AutoCloseable lock(UUID campaign) throws Exception {
    var connection = database.dataSource().getConnection();
    connection.setAutoCommit(false);
    try (var lock =
        connection.prepareStatement("SELECT 1 FROM sluice.campaign WHERE id = ? FOR UPDATE")) {
      lock.setObject(1, campaign);
      lock.execute();
    }
    return () -> {
      connection.rollback();
      connection.close();
    };
  }

  @Override
  public void close() {
    database.close();
  }
}
