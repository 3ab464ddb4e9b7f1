package dev.sluice.producer;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.runtime.database.ServiceRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;

/** A test class's own database, with methods that fill it. */
final class Fixture {
  private static final Map<Class<?>, Fixture> OF_CLASSES = new ConcurrentHashMap<>();

  static final String TEMPLATE = "{\"type\":\"text\",\"text\":{\"body\":\"Olá {{name}}\"}}";

  private final TestEnvironment environment = TestEnvironment.create(4);
  private final Database sql =
      new Database(environment.database(), 4, "test", new SimpleMeterRegistry());
  private final Database producer =
      new Database(environment.as(ServiceRole.PRODUCER), 4, "test", new SimpleMeterRegistry());

  /**
   * Returns the one of a test class. Others run beside it, and a producer starts every campaign
   * that is due, whoever scheduled it.
   */
  static Fixture of(Class<?> test) {
    return OF_CLASSES.computeIfAbsent(test, _ -> new Fixture());
  }

  /** Closes the one of a test class, if it has one. */
  static void close(Class<?> test) {
    Fixture fixture = OF_CLASSES.remove(test);
    if (fixture != null) {
      fixture.sql.close();
      fixture.producer.close();
    }
  }

  DSLContext sql() {
    return sql.sql();
  }

  /** Returns jOOQ in the producer's own role. */
  DSLContext producer() {
    return producer.sql();
  }

  TestEnvironment environment() {
    return environment;
  }

  /** Returns another program's connection, with a transaction of its own. */
  Connection elsewhere() throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            environment.database().url(),
            environment.database().user(),
            environment.database().password());
    connection.setAutoCommit(false);
    return connection;
  }

  /** Runs a statement as the tables' owner. */
  void asOwner(String statement) {
    try (Database owner =
        new Database(environment.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner.sql().execute(statement);
    }
  }

  void sender(String id, double rate, int lanes) {
    sql()
        .insertInto(SENDER, SENDER.ID, SENDER.ADDRESS, SENDER.RATE_PER_SECOND, SENDER.LANES)
        .values(id, "1", rate, lanes)
        .execute();
  }

  UUID campaign(String sender, int recipients) {
    UUID id =
        sql()
            .insertInto(CAMPAIGN, CAMPAIGN.NAME, CAMPAIGN.SENDER_ID, CAMPAIGN.MESSAGE)
            .values("test", sender, JSONB.valueOf(TEMPLATE))
            .returning(CAMPAIGN.ID)
            .fetchSingle(CAMPAIGN.ID);
    sql()
        .execute(
            """
            INSERT INTO sluice.campaign_recipient (campaign_id, phone, variables)
            SELECT ?, '+55119' || (60000000 + n), '{"name":"Ana"}'
            FROM generate_series(1, ?) AS n
            """,
            id,
            recipients);
    return id;
  }

  void setVariables(UUID campaign, String phone, String variables) {
    sql()
        .update(CAMPAIGN_RECIPIENT)
        .set(CAMPAIGN_RECIPIENT.VARIABLES, JSONB.valueOf(variables))
        .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaign))
        .and(CAMPAIGN_RECIPIENT.PHONE.eq(phone))
        .execute();
  }

  /** Sets larger variables than may be inserted, as in older rows; in a second round. */
  void setLargeVariables(UUID campaign, String phone, String name, int length) {
    sql()
        .execute(
            """
            UPDATE sluice.campaign_recipient
            SET round = 2, variables = jsonb_build_object('name', 'Ana', ?, repeat('x', ?))
            WHERE campaign_id = ? AND phone = ?
            """,
            name,
            length,
            campaign,
            phone);
  }

  /** Deletes a campaign, as only the tables' owner can. */
  void delete(UUID campaign) {
    try (Database owner =
        new Database(environment.owner(), 1, "owner", new SimpleMeterRegistry())) {
      owner.sql().execute("DELETE FROM sluice.campaign_recipient WHERE campaign_id = ?", campaign);
      owner.sql().execute("DELETE FROM sluice.campaign WHERE id = ?", campaign);
    }
  }

  /** Gives a recipient a unique number, which is suppressed. */
  void suppress(UUID campaign, String phone) {
    sql()
        .execute(
            "UPDATE sluice.campaign_recipient SET phone = '+5511970000001'"
                + " WHERE campaign_id = ? AND phone = ?",
            campaign,
            phone);
    sql()
        .execute(
            "INSERT INTO sluice.suppression (phone) VALUES ('+5511970000001') ON CONFLICT DO NOTHING");
  }

  /** Sets a sender's daily limit. */
  void limit(String sender, int people) {
    sql().execute("UPDATE sluice.sender SET daily_limit = ? WHERE id = ?", people, sender);
  }

  /** Returns what a campaign's row holds. */
  <T> T of(UUID campaign, Field<T> column) {
    return sql().select(column).from(CAMPAIGN).where(CAMPAIGN.ID.eq(campaign)).fetchSingle(column);
  }

  /** Sets a sender's frequency cap. */
  void cap(String sender, int messages, int days) {
    sql()
        .execute(
            "UPDATE sluice.sender SET cap_messages = ?, cap_days = ? WHERE id = ?",
            messages,
            days,
            sender);
  }
}
