package dev.sluice.console.imports;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.UUID;
import org.jooq.DSLContext;

/** Campaigns of one sender in a database of their own, whose recipients a test adds. */
final class Campaigns implements AutoCloseable {
  private final Database database =
      new Database(TestEnvironment.create(1).database(), 1, "test", new SimpleMeterRegistry());

  Campaigns() {
    sql().execute("INSERT INTO sluice.sender (id, address) VALUES ('s', '1')");
  }

  DSLContext sql() {
    return database.sql();
  }

  /** Returns a new campaign with this message, as JSON. */
  UUID create(String message) {
    UUID id = UUID.randomUUID();
    sql()
        .execute(
            "INSERT INTO sluice.campaign (id, name, sender_id, message)"
                + " VALUES (?, 'c', 's', ?::jsonb)",
            id,
            message);
    return id;
  }

  @Override
  public void close() {
    database.close();
  }
}
