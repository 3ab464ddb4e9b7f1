package dev.sluice.console;

import org.jooq.DSLContext;

/** The locks of a test's database. */
public final class Locks {
  private Locks() {}

  /** Returns how many statements wait for one. */
  public static int waiting(DSLContext sql) {
    return count(sql, "NOT granted");
  }

  /** Returns how many transactions write campaigns. */
  public static int writingCampaigns(DSLContext sql) {
    return count(sql, "relation = 'sluice.campaign'::regclass AND mode = 'RowExclusiveLock'");
  }

  private static int count(DSLContext sql, String which) {
    return sql.fetchSingle(
            "SELECT count(*) FROM pg_locks JOIN pg_database AS here ON here.oid = database"
                + " WHERE datname = current_database() AND "
                + which)
        .get(0, int.class);
  }
}
