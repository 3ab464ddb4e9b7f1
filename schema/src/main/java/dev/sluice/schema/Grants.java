package dev.sluice.schema;

import static org.jooq.impl.DSL.name;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Name;

/**
 * What each role may do, table by table; nobody may do anything else. Rights to write are given by
 * column, so no role can LOCK a table, and nobody can delete.
 *
 * <p>Whoever takes a row's lock ({@code FOR SHARE}, {@code FOR UPDATE}) needs the right to update
 * one of its columns.
 */
final class Grants {
  private static final String NOTHING = "";
  private static final String READ = "SELECT";

  /** Results and rounds: what a send changes in a recipient's row. */
  private static final String OUTCOME =
      "status, provider_message_id, error_code, error_detail, attempts, updated_at";

  private record Rights(String table, String producer, String aggregator, String console) {
    private String of(ServiceRole role) {
      return switch (role) {
        case PRODUCER -> producer;
        case AGGREGATOR -> aggregator;
        case CONSOLE -> console;
      };
    }
  }

  /** The one list: a table that is not in it is nobody's. */
  private static final List<Rights> RIGHTS =
      List.of(
          new Rights(
              "sender",
              READ,
              NOTHING,
              READ
                  + ", INSERT (id, provider, address, rate_per_second, lanes, daily_limit)"
                  + ", UPDATE (provider, address, account, rate_per_second, lanes, daily_limit)"),
          new Rights(
              "campaign",
              READ
                  + ", UPDATE (status, total, round, started_at, completed_at, start_offset,"
                  + " start_command_at, resend_offset, failed, unconfirmed)",
              READ
                  + ", UPDATE (status, completed_at, sent, delivered, read, failed, unconfirmed,"
                  + " suppressed)",
              // An import holds the row with FOR SHARE; a name is what harms least.
              READ
                  + ", INSERT (name, sender_id, message, status, priority, on_doubt, scheduled_at,"
                  + " window_start, window_end, time_zone), UPDATE (name)"),
          new Rights(
              "campaign_recipient",
              READ + ", UPDATE (round, " + OUTCOME + ")",
              READ + ", UPDATE (" + OUTCOME + ")",
              READ + ", INSERT (campaign_id, phone, variables)"),
          new Rights(
              "suppression",
              NOTHING,
              READ + ", INSERT (phone, reason, created_at), UPDATE (reason, lifted_at)",
              READ
                  + ", INSERT (phone, reason, created_at, lifted_at)"
                  + ", UPDATE (reason, created_at, lifted_at)"),
          new Rights("alias", NOTHING, "INSERT (phone, name)", READ + ", INSERT (phone, name)"),
          new Rights(
              "opt_out",
              NOTHING,
              NOTHING,
              READ
                  + ", INSERT (name, reason, created_at, lifted_at)"
                  + ", UPDATE (reason, created_at, lifted_at)"),
          new Rights("suppressed_phone", READ, NOTHING, NOTHING),
          new Rights(
              "sender_recipient",
              READ + ", INSERT (sender_id, phone, counted_at), UPDATE (counted_at)",
              NOTHING,
              READ));

  /** The role that is the sum of the services', for those who run all of them in one role. */
  private static final String SUM = "SELECT, INSERT, UPDATE";

  /** Who imports makes temporary tables for files that repeat numbers. */
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
   * Gives the roles what the list says and takes everything else from them, within the caller's
   * transaction.
   *
   * @param sum the role that may do what all services may
   * @param services the services' roles that exist
   */
  void give(String sum, List<ServiceRole> services) {
    Name database = name(sql.fetchSingle("SELECT current_database()").get(0, String.class));
    sql.execute("GRANT CONNECT, TEMPORARY ON DATABASE {0} TO {1}", database, name(sum));
    sql.execute("GRANT USAGE ON SCHEMA sluice TO {0}", name(sum));
    for (Rights rights : RIGHTS) {
      sql.execute("GRANT " + SUM + " ON {0} TO {1}", table(rights), name(sum));
    }
    for (ServiceRole role : services) {
      give(database, role);
    }
    sql.execute("REVOKE TEMPORARY ON DATABASE {0} FROM PUBLIC", database);
  }

  private void give(Name database, ServiceRole role) {
    Name grantee = name(role.roleName());
    sql.execute("REVOKE ALL ON ALL TABLES IN SCHEMA sluice FROM {0}", grantee);
    sql.execute("GRANT CONNECT ON DATABASE {0} TO {1}", database, grantee);
    if (TEMPORARY_TABLES.contains(role)) {
      sql.execute("GRANT TEMPORARY ON DATABASE {0} TO {1}", database, grantee);
    }
    sql.execute("GRANT USAGE ON SCHEMA sluice TO {0}", grantee);
    for (Rights rights : RIGHTS) {
      if (!rights.of(role).isEmpty()) {
        sql.execute("GRANT " + rights.of(role) + " ON {0} TO {1}", table(rights), grantee);
      }
    }
  }

  private static Name table(Rights rights) {
    return name("sluice", rights.table());
  }

  /** Takes from everybody what only a superuser can take: making large objects. */
  void withholdLargeObjects() {
    sql.execute(
        MAKING_LARGE_OBJECTS.stream()
            .map(function -> "pg_catalog." + function)
            .collect(Collectors.joining(", ", "REVOKE EXECUTE ON FUNCTION ", " FROM PUBLIC")));
  }

  /** What each role may do with each table, as PostgreSQL's GRANT says it. */
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
