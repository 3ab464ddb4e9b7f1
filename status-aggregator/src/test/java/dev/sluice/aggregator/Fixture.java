package dev.sluice.aggregator;

import static dev.sluice.schema.jooq.Tables.ALIAS;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSION;
import static org.jooq.impl.DSL.count;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import dev.sluice.schema.StatusTimes;
import dev.sluice.schema.jooq.tables.records.CampaignRecipientRecord;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** A test class's own database, with methods that fill and audit it. */
final class Fixture {
  private static final Map<Class<?>, Fixture> OF_CLASSES = new ConcurrentHashMap<>();

  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final TestEnvironment environment = TestEnvironment.create(1);
  private final DSLContext sql =
      new Database(environment.as(ServiceRole.AGGREGATOR), 2, "test", meters).sql();
  private final DSLContext uncounted =
      new Database(environment.database(), 1, "audit", new SimpleMeterRegistry()).sql();

  private long campaigns;

  Fixture() {
    uncounted.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
  }

  /** Returns the one of this test class; other classes may lock rows or break tables meanwhile. */
  static Fixture of(Class<?> test) {
    return OF_CLASSES.computeIfAbsent(test, _ -> new Fixture());
  }

  TestEnvironment environment() {
    return environment;
  }

  /** Returns jOOQ in the aggregator's own role. */
  DSLContext sql() {
    return sql;
  }

  /** Returns the number of statements since the start, without the fixture's own. */
  double statements() {
    return meters.find(Database.STATEMENTS).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  /** Creates a campaign that is sending. */
  UUID campaign(int recipients) {
    UUID id = UUID.randomUUID();
    uncounted.execute(
        "INSERT INTO sluice.campaign (id, name, sender_id, message, status, total, started_at)"
            + " VALUES (?, 'test', 's', '{}', 'SENDING', ?, now())",
        id,
        recipients);
    uncounted.execute(
        "INSERT INTO sluice.campaign_recipient (campaign_id, phone)"
            + " SELECT ?, '+55' || (1000000000 + ?::bigint * 10000 + n)"
            + " FROM generate_series(1, ?) AS n",
        id,
        campaigns++,
        recipients);
    return id;
  }

  List<Long> recipients(UUID campaign) {
    return uncounted
        .select(CAMPAIGN_RECIPIENT.ID)
        .from(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaign))
        .orderBy(CAMPAIGN_RECIPIENT.ID)
        .fetch(CAMPAIGN_RECIPIENT.ID);
  }

  Map<RecipientStatus, Integer> rows(UUID campaign) {
    return uncounted
        .select(CAMPAIGN_RECIPIENT.STATUS, count())
        .from(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaign))
        .groupBy(CAMPAIGN_RECIPIENT.STATUS)
        .fetchMap(CAMPAIGN_RECIPIENT.STATUS, count());
  }

  String campaignStatus(UUID campaign) {
    return uncounted
        .select(CAMPAIGN.STATUS)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaign))
        .fetchSingle(CAMPAIGN.STATUS)
        .name();
  }

  /**
   * Returns the campaign's counters that differ from the number of their rows; empty if all agree.
   */
  List<String> wrongCounters(UUID campaign) {
    return uncounted
        .fetch(
            """
            SELECT v.status, v.counter
            FROM sluice.campaign c, LATERAL (VALUES ('SENT', sent), ('DELIVERED', delivered),
              ('READ', read), ('FAILED', failed), ('UNCONFIRMED', unconfirmed),
              ('SUPPRESSED', suppressed)) AS v (status, counter)
            WHERE c.id = ? AND v.counter <> (SELECT count(*) FROM sluice.campaign_recipient r
                                           WHERE r.campaign_id = c.id AND r.status = v.status)
            """,
            campaign)
        .map(Object::toString);
  }

  /** Runs a statement as the tables' owner. */
  void asOwner(String statement) {
    try (Database owner =
        new Database(environment.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  /** Runs something while a transaction of the owner with this statement is open. */
  void holding(String statement, Runnable then) {
    try (Database owner =
        new Database(environment.owner(), 1, "holder", new SimpleMeterRegistry())) {
      owner
          .sql()
          .transaction(held -> {
            held.dsl().execute(statement);
            then.run();
          });
    }
  }

  /** Makes PostgreSQL refuse results whose error code is {@code poison}. */
  void refusePoison() {
    asOwner(
        "ALTER TABLE sluice.campaign_recipient DROP CONSTRAINT IF EXISTS no_poison,"
            + " ADD CONSTRAINT no_poison CHECK (error_code IS DISTINCT FROM 'poison')");
  }

  static SendResult poison(UUID campaign, long recipient) {
    return failed(campaign, recipient, 1, "poison", false);
  }

  /** Returns a result by which a recipient opts out. */
  static SendResult optOut(UUID campaign, long recipient, int round) {
    return optOut(campaign, recipient, round, "131050");
  }

  /** Returns an opt-out that PostgreSQL refuses. */
  static SendResult poisonousOptOut(UUID campaign, long recipient) {
    return optOut(campaign, recipient, 1, "poison");
  }

  static SendResult optOut(UUID campaign, long recipient, int round, String code) {
    return failed(campaign, recipient, round, code, true);
  }

  /** Returns a receipt for a message whose outcome is known. */
  static SendResult receipt(UUID campaign, long recipient, RecipientStatus status) {
    return SendResult.of(recipient, campaign, 1, status, Instant.now())
        .messageId("wamid." + recipient)
        .build();
  }

  /** Returns a receipt of another round that tells the recipient's names at the provider. */
  static SendResult named(UUID campaign, long recipient, List<String> names) {
    return SendResult.of(recipient, campaign, 7, RecipientStatus.DELIVERED, Instant.now())
        .aliases(names)
        .build();
  }

  /** Returns suppressed numbers in the order of insertion. */
  List<String> suppressedInOrder(UUID campaign) {
    return uncounted
        .fetch(
            """
            SELECT phone FROM sluice.suppression
            JOIN sluice.campaign_recipient USING (phone)
            WHERE campaign_id = ? ORDER BY suppression.ctid
            """,
            campaign)
        .getValues(0, String.class);
  }

  /** Gives the recipients numbers in the reverse order of their ids. */
  void reversePhones(UUID campaign) {
    asOwner(
        """
        WITH numbered AS (
          SELECT id, row_number() OVER (ORDER BY id DESC) AS number
          FROM sluice.campaign_recipient WHERE campaign_id = '%s')
        UPDATE sluice.campaign_recipient AS recipient SET phone = '+4930' || (1000000 + number)
        FROM numbered WHERE numbered.id = recipient.id
        """
            .formatted(campaign));
  }

  StatusTimes times(long recipient) {
    CampaignRecipientRecord row = row(recipient);
    return new StatusTimes(
        row.getSentAt(), row.getDeliveredAt(), row.getReadAt(), row.getFailedAt());
  }

  @Nullable String errorCode(long recipient) {
    return row(recipient).getErrorCode();
  }

  /** Returns where a row is stored; every write of it changes that. */
  String version(long recipient) {
    return uncounted
        .fetchSingle("SELECT ctid::text FROM sluice.campaign_recipient WHERE id = ?", recipient)
        .get(0, String.class);
  }

  private CampaignRecipientRecord row(long recipient) {
    return uncounted
        .selectFrom(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.ID.eq(recipient))
        .fetchSingle();
  }

  String phone(long recipient) {
    return uncounted
        .selectFrom(CAMPAIGN_RECIPIENT)
        .where(CAMPAIGN_RECIPIENT.ID.eq(recipient))
        .fetchSingle(CAMPAIGN_RECIPIENT.PHONE);
  }

  List<String> aliases(String phone) {
    return uncounted.selectFrom(ALIAS).where(ALIAS.PHONE.eq(phone)).fetch(ALIAS.NAME);
  }

  static SendResult failed(UUID campaign, long recipient, int round, String code) {
    return failed(campaign, recipient, round, code, false);
  }

  private static SendResult failed(
      UUID campaign, long recipient, int round, String code, boolean optOut) {
    return SendResult.of(recipient, campaign, round, RecipientStatus.FAILED, Instant.now())
        .error(code, null)
        .attempts(1)
        .optOut(optOut)
        .build();
  }

  /** Returns whether this recipient's number is suppressed. */
  boolean suppressed(long recipient) {
    return uncounted.fetchExists(
        SUPPRESSION.join(CAMPAIGN_RECIPIENT).on(CAMPAIGN_RECIPIENT.PHONE.eq(SUPPRESSION.PHONE)),
        CAMPAIGN_RECIPIENT.ID.eq(recipient).and(SUPPRESSION.LIFTED_AT.isNull()));
  }

  /** Returns suppressed numbers in their physical order; nothing was removed from the table. */
  List<String> suppressionsAsWritten() {
    return uncounted
        .fetch("SELECT phone FROM sluice.suppression ORDER BY ctid")
        .getValues(0, String.class);
  }

  /** Returns why this recipient's number is suppressed. */
  String suppressedFor(long recipient) {
    return uncounted
        .fetchSingle(
            "SELECT reason FROM sluice.suppression WHERE lifted_at IS NULL"
                + " AND phone = (SELECT phone FROM sluice.campaign_recipient WHERE id = ?)",
            recipient)
        .get(0, String.class);
  }

  /** Lifts the suppression of this recipient's number. */
  void lift(long recipient) {
    uncounted.execute(
        "UPDATE sluice.suppression SET lifted_at = clock_timestamp()"
            + " WHERE phone = (SELECT phone FROM sluice.campaign_recipient WHERE id = ?)",
        recipient);
  }

  static SendResult result(UUID campaign, long recipient, int round, RecipientStatus status) {
    return SendResult.of(recipient, campaign, round, status, Instant.now())
        .messageId("wamid." + recipient)
        .attempts(1)
        .build();
  }
}
