package dev.sluice.console.suppression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.http.ProblemException;
import dev.sluice.local.TestEnvironment;
import dev.sluice.providers.whatsapp.Person;
import dev.sluice.providers.whatsapp.WebhookEvent.Renamed;
import dev.sluice.runtime.database.Database;
import dev.sluice.schema.OptOutReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;

/** Consoles that change suppressions at the same time, in one database. */
class SuppressionsTest {
  private static final Instant BEFORE = Instant.parse("2020-01-01T00:00:00Z");

  @Test
  void consolesThatUploadLiftAndHearStopsAtOnceLoseNothing() throws Exception {
    TestEnvironment environment = TestEnvironment.create(1);
    List<String> uploaded = phones(1);
    List<String> raced = phones(2);
    List<String> lifted = phones(3);
    List<String> stopped = phones(4);
    try (Database one = new Database(environment.database(), 4, "one", new SimpleMeterRegistry());
        Database two = new Database(environment.database(), 4, "two", new SimpleMeterRegistry());
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      // The lifted people had another number before, so that a lift touches others' rows.
      new OptOuts(one.sql()).take(List.of(), List.of(), moves(raced, lifted));
      new Suppressions(one.sql()).add(lifted, "manual");

      List<Future<?>> work = new ArrayList<>();
      for (DSLContext console : List.of(one.sql(), two.sql())) {
        work.add(threads.submit(() -> upload(console, both(raced, uploaded))));
        work.add(threads.submit(() -> upload(console, both(uploaded, raced))));
        work.add(threads.submit(() -> hear(console, stopped)));
      }
      work.add(threads.submit(() -> lift(one.sql(), both(lifted, raced))));
      work.add(threads.submit(() -> lift(two.sql(), both(lifted, raced).reversed())));
      for (Future<?> done : work) {
        done.get();
      }

      DSLContext sql = one.sql();
      assertThat(suppressed(sql))
          .containsAll(both(uploaded, stopped))
          .doesNotContainAnyElementsOf(lifted);
      assertThat(sql.fetch("SELECT phone FROM sluice.lift").getValues("phone", String.class))
          .containsAll(lifted);

      new Suppressions(two.sql()).add(raced, "manual");
      new OptOuts(two.sql()).take(List.of(), List.of(), moves(raced, lifted));
      assertThat(suppressed(sql)).as("added since they were lifted").containsAll(raced);
    }
  }

  private static void upload(DSLContext console, List<String> phones) {
    for (int time = 0; time < 20; time++) {
      new Suppressions(console).add(phones, "manual");
    }
  }

  private static void hear(DSLContext console, List<String> phones) {
    phones.forEach(phone ->
        new OptOuts(console)
            .take(
                List.of(
                    new OptOuts.Wish(
                        new Person(phone, "BR" + phone), OptOutReason.PREFERENCE, Instant.now())),
                List.of(),
                List.of()));
  }

  /** Another console may have lifted it already, or not have added it yet. */
  private static void lift(DSLContext console, List<String> phones) {
    for (String phone : phones) {
      try {
        new Lifts(console).lift(phone, Optional.empty(), "test");
      } catch (ProblemException e) {
        assertThat(e).hasMessageContaining("is not suppressed");
      }
    }
  }

  private static List<Renamed> moves(List<String> from, List<String> to) {
    return IntStream.range(0, from.size())
        .mapToObj(
            i -> new Renamed(new Person(from.get(i), null), new Person(to.get(i), null), BEFORE))
        .toList();
  }

  private static List<String> suppressed(DSLContext sql) {
    return sql.fetch("SELECT phone FROM sluice.suppressed_phone").getValues("phone", String.class);
  }

  private static List<String> both(List<String> some, List<String> others) {
    return Stream.concat(some.stream(), others.stream()).toList();
  }

  private static List<String> phones(int kind) {
    return IntStream.range(0, 20).mapToObj(i -> "+5511%02d%07d".formatted(i, kind)).toList();
  }
}
