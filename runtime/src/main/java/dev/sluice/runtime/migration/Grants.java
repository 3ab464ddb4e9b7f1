package dev.sluice.runtime.migration;

import static org.jooq.impl.DSL.name;

import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.HeldRight;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Name;
import org.jooq.QueryPart;
import org.jooq.impl.DSL;

/**
 * The rights of each role, table by table; a role has no others. Write rights are granted by
 * column, so that no role can LOCK a table, and no role may delete.
 *
 * <p>Locking a row ({@code FOR SHARE}, {@code FOR UPDATE}) requires the right to update one of its
 * columns.
 */
final class Grants {
  private static final String NOTHING = "";
  private static final String READ = "SELECT";

  /** The columns of a recipient's row that a send changes: its results and round. */
  private static final String OUTCOME =
      "status, provider_message_id, error_code, error_detail, attempts, updated_at, sent_at,"
          + " delivered_at, read_at, failed_at";

  /** The columns of a campaign that users define before it starts. */
  private static final String DRAFTED =
      "name, sender_id, message, status, priority, on_doubt, scheduled_at, window_start,"
          + " window_end, time_zone, local_time, external_id, ignore_cap, authors, approved_by";

  /** The columns of a sender that users define. */
  private static final String SENDER =
      "provider, address, account, rate_per_second, lanes, daily_limit, cap_messages, cap_days";

  private record Rights(String table, String producer, String aggregator, String console) {
    private String of(ServiceRole role) {
      return switch (role) {
        case PRODUCER -> producer;
        case AGGREGATOR -> aggregator;
        case CONSOLE -> console;
      };
    }
  }

  /** The complete list: no role may use a table that is not in it. */
  private static final List<Rights> RIGHTS =
      List.of(
          new Rights(
              "sender",
              READ,
              NOTHING,
              READ + ", INSERT (id, " + SENDER + "), UPDATE (" + SENDER + ")"),
          new Rights(
              "campaign",
              READ
                  + ", UPDATE (status, total, round, started_at, completed_at, start_offset,"
                  + " start_command_at, resend_offset, failed, unconfirmed)",
              READ
                  + ", UPDATE (status, completed_at, sent, delivered, read, failed, unconfirmed,"
                  + " suppressed)",
              // Users change drafts and schedules. Column rights cannot limit this to campaigns
              // that have not started, nor to certain statuses.
              READ
                  + ", INSERT ("
                  + DRAFTED
                  + ", idempotency_key, request_hash), UPDATE ("
                  + DRAFTED
                  + ", archived_at)"),
          new Rights(
              "campaign_recipient",
              READ + ", UPDATE (round, " + OUTCOME + ")",
              READ + ", UPDATE (" + OUTCOME + ")",
              READ
                  + ", INSERT (campaign_id, phone, variables, external_id, provider_user_id,"
                  + " time_zone)"),
          new Rights(
              "suppression",
              NOTHING,
              READ
                  + ", INSERT (phone, reason, created_at)"
                  + ", UPDATE (reason, created_at, lifted_at)",
              READ
                  + ", INSERT (phone, reason, created_at, lifted_at)"
                  + ", UPDATE (reason, created_at, lifted_at)"),
          new Rights(
              "alias",
              NOTHING,
              "INSERT (phone, name)",
              READ + ", INSERT (phone, name, created_at), UPDATE (settled)"),
          new Rights(
              "opt_out",
              NOTHING,
              NOTHING,
              READ
                  + ", INSERT (name, reason, created_at, lifted_at)"
                  + ", UPDATE (reason, created_at, lifted_at)"),
          new Rights("said", NOTHING, NOTHING, READ + ", INSERT (name, at, reason), UPDATE (at)"),
          new Rights("renamed", NOTHING, NOTHING, READ + ", INSERT (before, now, at)"),
          new Rights("alias_until", NOTHING, NOTHING, READ),
          new Rights(
              "lift", NOTHING, NOTHING, READ + ", INSERT (phone, at, lifted_by, reason, was)"),
          new Rights("suppressed_phone", READ, NOTHING, READ),
          new Rights(
              "template_state",
              NOTHING,
              NOTHING,
              READ + ", INSERT (name, language, account, stopped, at), UPDATE (stopped, at)"),
          new Rights("stopped_campaign", READ, NOTHING, READ),
          new Rights(
              "reply",
              NOTHING,
              NOTHING,
              READ
                  + ", INSERT (message_id, campaign_id, recipient_id, kind, text,"
                  + " answered_message_id, at)"),
          new Rights(
              "sender_recipient",
              READ + ", INSERT (sender_id, phone, counted_at), UPDATE (counted_at)",
              NOTHING,
              READ),
          new Rights(
              "contact", READ + ", INSERT (phone, messages), UPDATE (messages)", NOTHING, READ));

  /** The tables that other programs fill and correct, using the application role. */
  private static final Set<String> FILLED_BY_PROGRAMS =
      Set.of("sender", "campaign", "campaign_recipient", "suppression");

  /** Imports use temporary tables for files with duplicate numbers. */
  private static final Set<ServiceRole> TEMPORARY_TABLES = Set.of(ServiceRole.CONSOLE);

  private static final List<String> MAKING_LARGE_OBJECTS =
      List.of(
          "lo_creat(integer)",
          "lo_create(oid)",
          "lo_from_bytea(oid, bytea)",
          "lo_open(oid, integer)",
          "lo_put(oid, bigint, bytea)",
          "lowrite(integer, bytea)");

  private final DSLContext sql;

  Grants(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * Grants the roles the listed rights and revokes all others from them and from PUBLIC, within the
   * caller's transaction.
   *
   * @param sum the application role, which has the rights of all services
   * @param services the services' roles that exist
   * @return the rights that were revoked
   */
  Set<HeldRight> give(String sum, List<ServiceRole> services) {
    List<String> roles =
        Stream.concat(Stream.of(sum), services.stream().map(ServiceRole::roleName))
            .filter(role -> !role.equals(currentUser()))
            .distinct()
            .toList();
    Set<HeldRight> taken = HeldRight.of(sql, roles);
    Name database = name(sql.fetchSingle("SELECT current_database()").get(0, String.class));
    sql.execute("REVOKE CREATE, TEMPORARY ON DATABASE {0} FROM PUBLIC", database);
    takeAll(DSL.keyword("PUBLIC"));
    for (String role : roles) {
      sql.execute("REVOKE ALL ON DATABASE {0} FROM {1} CASCADE", database, name(role));
      takeAll(name(role));
      sql.execute("GRANT CONNECT ON DATABASE {0} TO {1}", database, name(role));
      sql.execute("GRANT USAGE ON SCHEMA sluice TO {0}", name(role));
    }
    for (ServiceRole role : services) {
      give(database, role, name(role.roleName()));
    }
    // A service's own role gets no more if it is also named as the application role.
    if (roles.contains(sum) && services.stream().noneMatch(role -> role.roleName().equals(sum))) {
      giveSum(database, name(sum));
    }
    taken.removeAll(HeldRight.of(sql, roles));
    return taken;
  }

  /** The owner of the tables is left out: it has all rights, and would only revoke its own. */
  private String currentUser() {
    return sql.fetchSingle("SELECT current_user").get(0, String.class);
  }

  private void takeAll(QueryPart holder) {
    sql.execute("REVOKE ALL ON ALL TABLES IN SCHEMA sluice FROM {0} CASCADE", holder);
    sql.execute("REVOKE ALL ON ALL SEQUENCES IN SCHEMA sluice FROM {0} CASCADE", holder);
    sql.execute("REVOKE ALL ON SCHEMA sluice FROM {0} CASCADE", holder);
  }

  private void give(Name database, ServiceRole role, Name grantee) {
    if (TEMPORARY_TABLES.contains(role)) {
      sql.execute("GRANT TEMPORARY ON DATABASE {0} TO {1}", database, grantee);
    }
    for (Rights rights : RIGHTS) {
      if (!rights.of(role).isEmpty()) {
        sql.execute("GRANT " + rights.of(role) + " ON {0} TO {1}", table(rights), grantee);
      }
    }
  }

  private void giveSum(Name database, Name grantee) {
    for (ServiceRole role : ServiceRole.values()) {
      give(database, role, grantee);
    }
    for (Rights rights : RIGHTS) {
      sql.execute("GRANT " + READ + " ON {0} TO {1}", table(rights), grantee);
      if (FILLED_BY_PROGRAMS.contains(rights.table())) {
        String columns = columns(rights.table());
        sql.execute(
            "GRANT INSERT (" + columns + "), UPDATE (" + columns + ") ON {0} TO {1}",
            table(rights),
            grantee);
      }
    }
  }

  private String columns(String table) {
    return sql.fetchSingle(
            "SELECT string_agg(quote_ident(attname), ', ') FROM pg_attribute"
                + " WHERE attrelid = ('sluice.' || ?)::regclass AND attnum > 0 AND NOT attisdropped",
            table)
        .get(0, String.class);
  }

  private static Name table(Rights rights) {
    return name("sluice", rights.table());
  }

  /** Revokes from PUBLIC the right to create large objects, which only a superuser can do. */
  void withholdLargeObjects() {
    sql.execute(
        MAKING_LARGE_OBJECTS.stream()
            .map(function -> "pg_catalog." + function)
            .collect(Collectors.joining(", ", "REVOKE EXECUTE ON FUNCTION ", " FROM PUBLIC")));
  }

  /** Returns the rights of each role by table, in the syntax of PostgreSQL's GRANT. */
  static Map<String, Map<ServiceRole, String>> list() {
    return RIGHTS.stream()
        .collect(
            Collectors.toMap(
                Rights::table,
                rights ->
                    Arrays.stream(ServiceRole.values())
                        .collect(Collectors.toMap(role -> role, rights::of))));
  }
}
