package dev.sluice.console.suppression;

import static dev.sluice.console.suppression.Event.id;
import static dev.sluice.console.suppression.Event.number;
import static dev.sluice.console.suppression.Event.resume;
import static dev.sluice.console.suppression.Event.stop;
import static dev.sluice.console.suppression.Event.time;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.OptOutReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What the aggregator and users write about people whose names have changed. */
class LateRowsTest {
  private static final Database DATABASE =
      new Database(TestEnvironment.create(1).database(), 1, "test", new SimpleMeterRegistry());

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  @Test
  void whatTheAggregatorOrAPersonSuppressedGoesAlong() {
    World world = World.in(DATABASE.sql());
    world.suppress(1, "manual", 0);
    number(1, 2, 1).tell(world);

    assertThat(world.suppressed(2)).isTrue();
  }

  @Test
  void aNewerStopThatTheAggregatorWritesOverAnOlderOneTakesNothingBack() {
    World world = World.in(DATABASE.sql());
    world.suppress(1, OptOutReason.PREFERENCE, 1);
    number(1, 2, 2).tell(world);
    world
        .sql()
        .execute(
            "UPDATE sluice.suppression SET created_at = ?::timestamptz WHERE phone = ?",
            time(3).toString(),
            world.phone(1));
    number(2, 3, 4).tell(world);

    assertThat(world.suppressed()).containsExactly(1, 2, 3);
  }

  @Test
  void whatAConsoleOfTheVersionBeforeWroteAfterTheMigrationStands() {
    World world = World.in(DATABASE.sql());
    world.alias(1, 1);
    world
        .sql()
        .execute(
            "INSERT INTO sluice.opt_out (name, reason, created_at)"
                + " VALUES (?, 'opt-out message', ?::timestamptz)",
            world.id(1),
            time(1));
    id(1, 2, 2).tell(world);
    assertThat(world.suppressed()).containsExactly(1);

    resume(1, null, 3).tell(world);
    assertThat(world.suppressed()).containsExactly(1);
  }

  @Test
  void aRefusalOfBeforeAMoveThatIsWrittenAfterItGoesAlong() {
    World world = World.in(DATABASE.sql());
    number(1, 2, 2).tell(world);
    world.suppress(1, "provider: 130403", 1);
    settleLateRows();

    assertThat(world.suppressed()).containsExactly(1, 2);
  }

  @Test
  void aReasonThatIsTooLongForAnIndexGoesAlong() {
    World world = World.in(DATABASE.sql());
    number(1, 2, 2).tell(world);
    world
        .sql()
        .execute(
            "INSERT INTO sluice.suppression (phone, reason, created_at)"
                + " SELECT ?, string_agg(md5(i::text), ''), ?::timestamptz"
                + " FROM generate_series(1, 300) AS i",
            world.phone(1),
            time(1));
    settleLateRows();

    assertThat(world.suppressed()).containsExactly(1, 2);
  }

  @Test
  void anAliasThatIsToldAfterAStopAndAMoveMakesTheStopGoAlong() {
    World world = World.in(DATABASE.sql());
    stop(null, 1, 1).tell(world);
    number(1, 2, 3).tell(world);
    world
        .sql()
        .execute(
            "INSERT INTO sluice.alias (phone, name, created_at) VALUES (?, ?, ?::timestamptz)",
            world.phone(1),
            world.id(1),
            time(2));
    settleLateRows();

    assertThat(world.suppressed()).containsExactly(1, 2);
  }

  private static void settleLateRows() {
    LateRows rows = new LateRows(DATABASE.sql(), 10);
    boolean more = true;
    while (more) {
      more = rows.settleSome();
    }
  }
}
