package dev.sluice.runtime.migration;

import static org.jooq.impl.DSL.name;

import dev.sluice.runtime.database.ServiceRole;
import dev.sluice.schema.HeldRight;
import dev.sluice.schema.Reasons;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the services' roles and grants their rights, connected as the tables' owner. */
final class Roles {
  private static final Logger log = LoggerFactory.getLogger(Roles.class);

  /** Serializes the migrations of a database, as PostgreSQL refuses concurrent grants. */
  private static final String ONE_AT_A_TIME =
      "SELECT pg_advisory_xact_lock(hashtext('sluice roles'))";

  private final Connection connection;
  private final DSLContext sql;
  private final String owner;

  Roles(Connection connection, String owner) {
    this.connection = connection;
    this.owner = owner;
    sql = DSL.using(connection);
  }

  /** Creates missing roles and sets the given passwords of the services' roles. */
  void create(String appRole, Map<String, String> passwords) throws SQLException {
    if (!exists(appRole)) {
      create(appRole);
      setPassword(appRole, passwords.get(appRole));
    }
    for (ServiceRole role : ServiceRole.values()) {
      if (exists(role.roleName())) {
        renewPassword(role.roleName(), passwords.get(role.roleName()));
      } else if (mayCreateRoles()) {
        create(role.roleName());
        setPassword(role.roleName(), passwords.get(role.roleName()));
      } else {
        log.info(
            "role {} is missing and {} may not create it; once it has been created, the next"
                + " migration grants its rights",
            role.roleName(),
            owner);
      }
    }
  }

  private boolean exists(String role) {
    return !sql.fetch("SELECT 1 FROM pg_roles WHERE rolname = ?", role).isEmpty();
  }

  private boolean mayCreateRoles() {
    return !sql.fetch(
            "SELECT 1 FROM pg_roles WHERE rolname = current_user AND (rolcreaterole OR rolsuper)")
        .isEmpty();
  }

  private void create(String role) {
    sql.execute("CREATE ROLE {0} LOGIN", name(role));
    log.info("role {} created", role);
  }

  /** Hashes the password on the client, so that no server log ever contains it. */
  private void setPassword(String role, @Nullable String password) throws SQLException {
    if (password != null) {
      connection.unwrap(PGConnection.class).alterUserPassword(role, password.toCharArray(), null);
    }
  }

  private void renewPassword(String role, @Nullable String password) {
    try {
      setPassword(role, password);
    } catch (SQLException e) {
      log.warn("the password of {} was not changed: {}", role, Reasons.of(e));
    }
  }

  /** Grants the roles their rights and logs those that were revoked. */
  void give(String appRole) {
    Set<HeldRight> taken =
        sql.transactionResult(transaction -> {
          DSLContext inside = transaction.dsl();
          inside.execute(ONE_AT_A_TIME);
          List<ServiceRole> services =
              Arrays.stream(ServiceRole.values()).filter(role -> exists(role.roleName())).toList();
          Grants grants = new Grants(inside);
          Set<HeldRight> excess = grants.give(appRole, services);
          if (superuser(inside)) {
            grants.withholdLargeObjects();
          }
          return excess;
        });
    HeldRight.lines(taken).forEach(line -> log.info("rights taken back from {}", line));
  }

  private static boolean superuser(DSLContext sql) {
    return "on".equals(sql.fetchSingle("SELECT current_setting('is_superuser')").get(0));
  }
}
