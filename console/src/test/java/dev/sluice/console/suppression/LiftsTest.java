package dev.sluice.console.suppression;

import static dev.sluice.console.suppression.Event.id;
import static dev.sluice.console.suppression.Event.number;
import static dev.sluice.console.suppression.Event.stop;
import static dev.sluice.console.suppression.Event.time;
import static dev.sluice.console.suppression.Event.word;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.TestEnvironment;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.OptOutReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Suppressions lifted by hand. */
class LiftsTest {
  private static final Database DATABASE =
      new Database(TestEnvironment.create(1).database(), 1, "test", new SimpleMeterRegistry());

  @AfterAll
  static void close() {
    DATABASE.close();
  }

  /** A page of suppressions has a thousand reasons of a megabyte each. */
  @Test
  void reasonsOfOtherProgramsAreReadInPart() {
    World world = World.in(DATABASE.sql());
    world.alias(1, 1);
    String reason = "SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) AS n";
    world
        .sql()
        .execute(
            "INSERT INTO sluice.suppression (phone, reason) SELECT ?, (" + reason + ")",
            world.phone(1));
    world
        .sql()
        .execute(
            "INSERT INTO sluice.opt_out (name, reason) SELECT ?, (" + reason + ")", world.id(1));

    assertThat(new Suppressions(world.sql()).after("", 1_000))
        .allSatisfy(one -> assertThat(one.reason()).hasSizeLessThanOrEqualTo(200));
    assertThat(new OptOuts(world.sql()).after("", 1_000))
        .allSatisfy(one -> assertThat((String) one.get("reason")).hasSizeLessThanOrEqualTo(200));
    assertThat(new Lifts(world.sql()).lift(world.phone(1), Optional.empty(), "Ana").lift().was())
        .hasSize(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {OptOutReason.PREFERENCE, "opt-out message"})
  void whatAPersonLiftedByHandStaysSo(String reason) {
    World world = World.in(DATABASE.sql());
    new Event.Wish(reason, 1, 1, 1).tell(world);
    world
        .sql()
        .execute(
            "UPDATE sluice.suppression SET lifted_at = ?::timestamptz WHERE phone = ?",
            time(5),
            world.phone(1));
    world
        .sql()
        .execute(
            "UPDATE sluice.opt_out SET lifted_at = ?::timestamptz WHERE name = ?",
            time(5),
            world.id(1));
    assertThat(world.suppressed()).isEmpty();

    id(1, 2, 6).tell(world);
    number(1, 2, 7).tell(world);
    assertThat(world.suppressed()).isEmpty();

    stop(2, null, 8).tell(world);
    assertThat(world.suppressed()).as("a new one counts").containsExactly(2);
  }

  @Test
  void whatIsLiftedIsNotUndoneByWhatIsOlderAndALaterStopCounts() {
    World world = World.in(DATABASE.sql());
    word(1, 1, 2).tell(world);
    lift(world, 1);
    assertThat(world.suppressed()).isEmpty();

    word(1, null, 1).tell(world);
    stop(null, 1, 1).tell(world);
    word(null, 1, 2).tell(world);
    assertThat(world.suppressed()).isEmpty();

    stop(null, 1, 3).tell(world);
    assertThat(world.suppressed()).containsExactly(1);
  }

  @Test
  void whatCameAlongIsLiftedAtTheNewNumberAndDoesNotGoOn() {
    World world = World.in(DATABASE.sql());
    word(1, null, 1).tell(world);
    number(1, 2, 2).tell(world);
    lift(world, 2);
    assertThat(world.suppressed()).containsExactly(1);

    number(2, 3, 9).tell(world);
    assertThat(world.suppressed()).containsExactly(1);
  }

  /** The other spelling took over what came along to it, and was given away afterwards. */
  @Test
  void whatALiftDoesNotReachIsToldWithWhatHelps() {
    World world = World.in(DATABASE.sql());
    world.spelling(1, 2);
    word(3, null, 1).tell(world);
    number(3, 2, 2).tell(world);
    number(2, 4, 3).tell(world);
    assertThat(world.suppressed()).contains(1);

    Lifts.Lifted first = lift(world, 1, 9);
    assertThat(first.left())
        .as("still suppressed: %s", world.suppressed())
        .containsExactly(new Lifts.Left(world.phone(2), Said.MESSAGE));
    assertThat(first.words())
        .isEqualTo(
            world.phone(1)
                + " is lifted, and its person still gets nothing because of "
                + world.phone(2)
                + " (opt-out message): lift "
                + world.phone(2)
                + " too.");

    assertThat(lift(world, 2, 9).left()).isEmpty();
    assertThat(world.suppressed()).doesNotContain(1, 2);
  }

  /** Messages go to the number as it was imported. */
  @Test
  void aLiftOfTheProvidersSpellingIsOneOfTheNumberThatMessagesGoTo() {
    World world = World.in(DATABASE.sql());
    world.spelling(1, 2);
    word(1, null, 1).tell(world);
    word(2, null, 1).tell(world);

    assertThat(lift(world, 2).left()).isEmpty();
    assertThat(world.suppressed()).isEmpty();
  }

  @Test
  void aResumeThatAConsoleOfBeforeV9KeptLiftsNoStopWord() throws IOException {
    World world = World.in(DATABASE.sql());
    world.alias(1, 1);
    world
        .sql()
        .execute(
            "INSERT INTO sluice.suppression (phone, reason, created_at, lifted_at)"
                + " VALUES (?, ?, ?::timestamptz, ?::timestamptz)",
            world.phone(1),
            OptOutReason.PREFERENCE,
            time(1),
            time(3));
    world.sql().execute(keepingResumes());
    word(null, 1, 2).tell(world);
    number(1, 2, 4).tell(world);

    assertThat(world.suppressed()).containsExactly(1, 2);
  }

  /** Returns the migration's statement about existing rows. */
  private static String keepingResumes() throws IOException {
    try (InputStream migration =
        LiftsTest.class.getResourceAsStream("/db/migration/V12__lifts_and_late_rows.sql")) {
      String statements = new String(migration.readAllBytes(), UTF_8);
      int start = statements.indexOf("INSERT INTO sluice.said");
      return statements.substring(start, statements.indexOf(';', start));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2100-01-01T00:00:00Z", "infinity"})
  void aStopCountsAfterALiftOfARowWhoseTimeIsStillToCome(String time) {
    World world = World.in(DATABASE.sql());
    world
        .sql()
        .execute(
            "INSERT INTO sluice.suppression (phone, created_at) VALUES (?, ?::timestamptz)",
            world.phone(1),
            time);
    new Lifts(DATABASE.sql()).lift(world.phone(1), Optional.empty(), "test");
    assertThat(world.suppressed()).isEmpty();

    stopNow(world, 1);
    assertThat(world.suppressed()).containsExactly(1);
  }

  private static final String TO_COME = "2100-01-01T00:00:00Z";

  /** Rows that an older console stored as they were reported. */
  @Test
  void aStopOfTomorrowDoesNotOutweighALiftOfToday() {
    World world = World.in(DATABASE.sql());
    world.alias(1, 1);
    say(world, world.phone(1), Said.MESSAGE);
    say(world, world.id(1), Said.MESSAGE);
    stop(1, 1, 2).tell(world);

    new Lifts(DATABASE.sql()).lift(world.phone(1), Optional.of("she called"), "test");
    assertThat(world.suppressed()).isEmpty();

    stopNow(world, 1);
    assertThat(world.suppressed()).containsExactly(1);
  }

  @Test
  void aLiftOfTomorrowDoesNotOutweighAStopOfToday() {
    World world = World.in(DATABASE.sql());
    suppress(world, 1, time(1).toString(), TO_COME);
    stopNow(world, 1);
    assertThat(world.suppressed(1)).isTrue();

    suppress(world, 2, time(1).toString(), TO_COME);
    world.alias(2, 2);
    word(null, 2, 2).tell(world);
    assertThat(world.suppressed(2)).isTrue();
  }

  private static void suppress(World world, int phone, String since, @Nullable String lifted) {
    world
        .sql()
        .execute(
            "INSERT INTO sluice.suppression (phone, created_at, lifted_at)"
                + " VALUES (?, ?::timestamptz, ?::timestamptz)",
            world.phone(phone),
            since,
            lifted);
  }

  private static void say(World world, String name, String reason) {
    world
        .sql()
        .execute(
            "INSERT INTO sluice.said (name, at, reason) VALUES (?, ?::timestamptz, ?)",
            name,
            TO_COME,
            reason);
  }

  private static void stopNow(World world, int phone) {
    world
        .optOuts()
        .take(
            List.of(new OptOuts.Wish(world.person(phone, null), Said.MESSAGE, Instant.now())),
            List.of(),
            List.of());
  }

  @Test
  void aLiftIsKeptAndNeedsAReasonWhereThePersonAskedForIt() {
    World world = World.in(DATABASE.sql());
    assertThatThrownBy(() -> lift(world, 1)).hasMessageContaining("is not suppressed");

    stop(1, null, 1).tell(world);
    Lifts lifts = new Lifts(DATABASE.sql(), DSL.val(time(2)));
    assertThatThrownBy(() -> lifts.lift(world.phone(1), Optional.empty(), "ana"))
        .hasMessageContaining("?reason=");
    assertThat(world.suppressed()).containsExactly(1);

    lifts.lift(world.phone(1), Optional.of("she called"), "ana");
    assertThat(
            world
                .sql()
                .fetchSingle(
                    "SELECT lifted_by, reason, was FROM sluice.lift WHERE phone = ?",
                    world.phone(1))
                .intoArray())
        .containsExactly("ana", "she called", OptOutReason.PREFERENCE);
  }

  private static Lifts.Lifted lift(World world, int phone) {
    return lift(world, phone, 2);
  }

  private static Lifts.Lifted lift(World world, int phone, int at) {
    return new Lifts(DATABASE.sql(), DSL.val(time(at)))
        .lift(world.phone(phone), Optional.of("a mistake"), "test");
  }
}
