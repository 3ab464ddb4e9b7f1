package dev.sluice.benchmark.guarantee;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.RecipientStatus;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.Record2;
import org.jooq.impl.DSL;

/** A campaign run by another program, with plain INSERTs and a record on Kafka, and its audit. */
public final class CampaignRun implements AutoCloseable {
  /** The phone number id of the sender called {@code s}. */
  public static final String ADDRESS = "106540352242922";

  private final TestEnvironment environment;
  private final Database database;
  private final DSLContext sql;
  private final String sender;
  private final UUID id;

  /** Creates a campaign of a sender called {@code s}. */
  public CampaignRun(TestEnvironment environment, int recipients, double ratePerSecond, int lanes) {
    this(environment, "s", ADDRESS, recipients, ratePerSecond, lanes);
  }

  /**
   * Creates a sender and a campaign.
   *
   * @param address the sender's phone number id
   * @param ratePerSecond the sender's rate, messages/s
   */
  public CampaignRun(
      TestEnvironment environment,
      String sender,
      String address,
      int recipients,
      double ratePerSecond,
      int lanes) {
    this.environment = environment;
    this.sender = sender;
    database = new Database(environment.database(), 2, "audit", new SimpleMeterRegistry());
    sql = database.sql();
    sql.insertInto(SENDER, SENDER.ID, SENDER.ADDRESS, SENDER.RATE_PER_SECOND, SENDER.LANES)
        .values(sender, address, ratePerSecond, lanes)
        .execute();
    id = insert(sql, sender, recipients);
  }

  private CampaignRun(TestEnvironment environment, String sender, int recipients) {
    this.environment = environment;
    this.sender = sender;
    database = new Database(environment.database(), 1, "audit", new SimpleMeterRegistry());
    sql = database.sql();
    id = insert(sql, sender, recipients);
  }

  /** Creates another campaign of the same sender. */
  public CampaignRun another(int recipients) {
    return new CampaignRun(environment, sender, recipients);
  }

  private static UUID insert(DSLContext sql, String sender, int recipients) {
    UUID inserted =
        sql.insertInto(CAMPAIGN, CAMPAIGN.NAME, CAMPAIGN.SENDER_ID, CAMPAIGN.MESSAGE)
            .values(
                "crash test",
                sender,
                JSONB.valueOf("{\"type\":\"text\",\"text\":{\"body\":\"Olá {{name}}\"}}"))
            .returning(CAMPAIGN.ID)
            .fetchSingle(CAMPAIGN.ID);
    sql.execute(
        """
        INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
        SELECT ?, '+55119' || (60000000 + n), '{"name":"Ana"}' FROM generate_series(1, ?) AS n
        """,
        inserted,
        recipients);
    return inserted;
  }

  public UUID id() {
    return id;
  }

  public String sender() {
    return sender;
  }

  public void start() throws Exception {
    command("start");
  }

  public void command(String name) throws Exception {
    byte[] command =
        ("{\"command\":\"" + name + "\",\"campaignId\":\"" + id + "\"}")
            .getBytes(StandardCharsets.UTF_8);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            environment.kafka().client(Map.of()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  environment.kafka().topics().campaignCommands(),
                  id.toString().getBytes(StandardCharsets.UTF_8),
                  command))
          .get();
    }
  }

  /** Marks all as sent, without receipts so far. */
  public void callAllSent() {
    sql.execute("UPDATE sluice.campaign_recipient SET status = 'SENT' WHERE campaign_id = ?", id);
    sql.execute(
        """
        UPDATE sluice.campaign SET status = 'COMPLETED', started_at = now(), completed_at = now(),
          total = rows.count, sent = rows.count
        FROM (SELECT count(*) FROM sluice.campaign_recipient WHERE campaign_id = ?) AS rows
        WHERE id = ?
        """,
        id,
        id);
  }

  public CampaignStatus status() {
    return sql.select(CAMPAIGN.STATUS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(id))
        .fetchSingle(CAMPAIGN.STATUS);
  }

  public boolean completed() {
    return status() == CampaignStatus.COMPLETED;
  }

  public Map<Long, RecipientStatus> statuses() {
    return sql.select(CAMPAIGN_RECIPIENT.ID, CAMPAIGN_RECIPIENT.STATUS)
        .from(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(id))
        .fetchMap(CAMPAIGN_RECIPIENT.ID, CAMPAIGN_RECIPIENT.STATUS);
  }

  public Map<RecipientStatus, Long> counts() {
    return statuses().values().stream()
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  /** Returns the reasons of recipients with this status, with their counts. */
  public Map<String, Integer> reasons(RecipientStatus status) {
    return sql.select(CAMPAIGN_RECIPIENT.ERROR_DETAIL, DSL.count())
        .from(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(id))
        .and(CAMPAIGN_RECIPIENT.STATUS.eq(status))
        .groupBy(CAMPAIGN_RECIPIENT.ERROR_DETAIL)
        .fetchMap(Record2::value1, Record2::value2);
  }

  public Set<String> callbackDataOfSent() {
    return statuses().entrySet().stream()
        .filter(entry -> entry.getValue() == RecipientStatus.SENT)
        .map(entry -> id + ":" + entry.getKey() + ":1")
        .collect(Collectors.toSet());
  }

  /** Returns the counters that differ from their rows in one snapshot. */
  public List<String> wrongCounters() {
    return sql.fetch(
            """
            SELECT v.status, v.counter, rows.count
            FROM sluice.campaign c, LATERAL (VALUES ('SENT', sent), ('DELIVERED', delivered),
              ('READ', read), ('FAILED', failed), ('UNCONFIRMED', unconfirmed),
              ('SUPPRESSED', suppressed)) AS v (status, counter), LATERAL (
              SELECT count(*) FROM sluice.campaign_recipient r
              WHERE r.campaign_id = c.id AND r.status = v.status) AS rows
            WHERE c.id = ? AND v.counter <> rows.count
            """,
            id)
        .map(Object::toString);
  }

  @Override
  public void close() {
    database.close();
  }
}
