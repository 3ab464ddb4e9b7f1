package dev.sluice.aggregator;

import static dev.sluice.schema.jooq.Tables.ALIAS;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SUPPRESSION;
import static org.jooq.impl.DSL.count;

import dev.sluice.local.Sandbox;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendResult;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** A database of one test class's own, with a hand for filling and auditing it. */
final class Fixture {
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Sandbox sandbox = Sandbox.create(1);
  private final DSLContext sql =
      new Database(sandbox.as(ServiceRole.AGGREGATOR), 2, "test", meters).sql();
  private final DSLContext uncounted =
      new Database(sandbox.database(), 1, "audit", new SimpleMeterRegistry()).sql();

  private long campaigns;

  Fixture() {
    uncounted.execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
  }

  Sandbox sandbox() {
    return sandbox;
  }

  /** In the aggregator's own role, as it runs. */
  DSLContext sql() {
    return sql;
  }

  /** Statements since the start, without those of the fixture itself. */
  double statements() {
    return meters.find(Database.STATEMENTS).counters().stream().mapToDouble(c -> c.count()).sum();
  }

  /** A campaign that is sending. */
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

  /** The campaign's counters that differ from the count of its rows; empty if all agree. */
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

  /** Something that only the tables' owner may do. */
  void asOwner(String statement) {
    try (Database owner = new Database(sandbox.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  /** Does something while a transaction of the owner's that has done this is open. */
  void holding(String statement, Runnable then) {
    try (Database owner = new Database(sandbox.owner(), 1, "holder", new SimpleMeterRegistry())) {
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
    return failed(campaign, recipient, 1, "poison", null);
  }

  /** Who is to get nothing more. */
  static SendResult optOut(UUID campaign, long recipient, int round) {
    return optOut(campaign, recipient, round, "131050");
  }

  /** A wish to be left alone that PostgreSQL refuses. */
  static SendResult poisonousOptOut(UUID campaign, long recipient) {
    return optOut(campaign, recipient, 1, "poison");
  }

  static SendResult optOut(UUID campaign, long recipient, int round, String code) {
    return failed(campaign, recipient, round, code, true);
  }

  /** The provider's word on a message whose outcome is known. */
  static SendResult receipt(UUID campaign, long recipient, RecipientStatus status) {
    return new SendResult(
        recipient, campaign, 1, status, "wamid." + recipient, null, null, 0, Instant.now());
  }

  /** A receipt of an older round that tells how the provider calls the recipient. */
  static SendResult named(UUID campaign, long recipient, List<String> names) {
    return new SendResult(
        recipient,
        campaign,
        7,
        RecipientStatus.DELIVERED,
        null,
        null,
        null,
        0,
        Instant.now(),
        null,
        names);
  }

  /** Numbers that get nothing more, in the order in which they were inserted. */
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

  /** Numbers them the other way round than their ids. */
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
    return failed(campaign, recipient, round, code, null);
  }

  private static SendResult failed(
      UUID campaign, long recipient, int round, String code, @Nullable Boolean optOut) {
    return new SendResult(
        recipient,
        campaign,
        round,
        RecipientStatus.FAILED,
        null,
        code,
        null,
        1,
        Instant.now(),
        optOut);
  }

  /** Whether this recipient's number gets nothing more. */
  boolean suppressed(long recipient) {
    return uncounted.fetchExists(
        SUPPRESSION.join(CAMPAIGN_RECIPIENT).on(CAMPAIGN_RECIPIENT.PHONE.eq(SUPPRESSION.PHONE)),
        CAMPAIGN_RECIPIENT.ID.eq(recipient).and(SUPPRESSION.LIFTED_AT.isNull()));
  }

  /** Suppressed numbers as they lie in their table, which nothing was removed from. */
  List<String> suppressionsAsWritten() {
    return uncounted
        .fetch("SELECT phone FROM sluice.suppression ORDER BY ctid")
        .getValues(0, String.class);
  }

  /** Why this recipient's number gets nothing more. */
  String suppressedFor(long recipient) {
    return uncounted
        .fetchSingle(
            "SELECT reason FROM sluice.suppression WHERE lifted_at IS NULL"
                + " AND phone = (SELECT phone FROM sluice.campaign_recipient WHERE id = ?)",
            recipient)
        .get(0, String.class);
  }

  /** Takes the suppression of this recipient's number back. */
  void lift(long recipient) {
    uncounted.execute(
        "UPDATE sluice.suppression SET lifted_at = clock_timestamp()"
            + " WHERE phone = (SELECT phone FROM sluice.campaign_recipient WHERE id = ?)",
        recipient);
  }

  static SendResult result(UUID campaign, long recipient, int round, RecipientStatus status) {
    return new SendResult(
        recipient, campaign, round, status, "wamid." + recipient, null, null, 1, Instant.now());
  }
}
