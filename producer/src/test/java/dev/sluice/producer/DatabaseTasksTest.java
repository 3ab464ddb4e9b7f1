package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.producer.sql.DatabaseFault;
import dev.sluice.runtime.Health;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;

class DatabaseTasksTest {
  private static final UUID ONE = UUID.randomUUID();
  private static final UUID OTHER = UUID.randomUUID();

  private Instant now = Instant.EPOCH;
  private final Health health = new Health();
  private final CampaignFaults faults = new CampaignFaults(() -> now);
  private final DatabaseTasks tasks =
      new DatabaseTasks(
          Runnable::run, faults, new DatabaseBackoff(health, () -> now), () -> {}, () -> now);
  private final List<String> done = new ArrayList<>();

  @Test
  void whatDoesNotFitAnyMoreIsDropped() {
    tasks.start(ONE, () -> false, () -> () -> done.add("one"));
    tasks.start(OTHER, () -> true, () -> () -> done.add("other"));
    tasks.settle();

    assertThat(done).containsExactly("other");
  }

  @Test
  void aCampaignsOwnFaultMakesItWaitAndNobodyElse() {
    failing(new IllegalStateException("no such zone"));

    assertThat(tasks.start(ONE, () -> true, () -> () -> {})).isFalse();
    assertThat(tasks.start(OTHER, () -> true, () -> () -> {})).isTrue();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void afterFiveFaultsOfItsOwnItIsGivenUp() {
    for (int i = 0; i < 5; i++) {
      assertThat(faults.givenUp(ONE)).isNull();
      now = now.plusSeconds(10);
      failing(new IllegalStateException("no such zone"));
    }

    assertThat(faults.givenUp(ONE)).isEqualTo("no such zone");
  }

  @Test
  void aLockThatIsHeldIsTriedAsLongAsItTakes() {
    for (int i = 0; i < 100; i++) {
      now = now.plusSeconds(10);
      failing(new DataAccessException("busy", new SQLException("lock timeout", "55P03")));
    }

    assertThat(faults.givenUp(ONE)).isNull();
    assertThat(faults.reason(ONE)).isEqualTo("lock timeout");
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aDatabaseThatIsAwayMakesEverybodyWaitAndShowsOnHealth() {
    failing(new DataAccessException("away", new SQLException("connection refused", "08001")));

    assertThat(tasks.start(OTHER, () -> true, () -> () -> {})).isFalse();
    assertThat(health.problems().get("postgresql")).contains("connection refused");
    now = now.plus(Duration.ofSeconds(1));
    assertThat(tasks.start(OTHER, () -> true, () -> () -> {})).isTrue();
  }

  @Test
  void anErrorWhileWritingEndsTheThreadAndIsHeldAgainstItsCampaign() {
    for (int i = 0; i < 5; i++) {
      now = now.plusSeconds(10);
      tasks.start(
          ONE,
          () -> true,
          () ->
              () -> {
                throw new IllegalStateException("half of it is written");
              });
      assertThatThrownBy(tasks::settle).isInstanceOf(IllegalStateException.class);
    }

    assertThat(faults.givenUp(ONE)).isEqualTo("half of it is written");
  }

  @Test
  void errorsOfTheMachineAreACampaignsOwnAsWell() {
    failing(new OutOfMemoryError("Java heap space"));

    assertThat(faults.reason(ONE)).contains("Java heap space");
    assertThat(DatabaseFault.of(new OutOfMemoryError(), () -> {})).isEqualTo(DatabaseFault.OWN);
  }

  @Test
  void manyThatFailedBeforeStartNoMoreTasksThanTheyHavePlaces() {
    List<UUID> suspects = Stream.generate(UUID::randomUUID).limit(70).toList();
    suspects.forEach(id -> faults.failed(id, DatabaseFault.MOMENT, "a lock"));
    now = now.plusSeconds(10);
    Queue<Runnable> threads = new ArrayDeque<>();
    DatabaseTasks slow =
        new DatabaseTasks(
            threads::add, faults, new DatabaseBackoff(health, () -> now), () -> {}, () -> now);

    assertThat(started(slow, suspects)).isEqualTo(DatabaseTasks.PLACES);
    assertThat(started(slow, List.of(ONE, OTHER))).as("a place for others").isEqualTo(2);

    threads.forEach(Runnable::run);
    slow.settle();
    assertThat(started(slow, suspects)).as("the next").isEqualTo(DatabaseTasks.PLACES);
  }

  @Test
  void whoIsLookedUpMeanwhileIsGivenUpAllTheSame() {
    for (int i = 0; i < 5; i++) {
      assertThat(faults.givenUp(ONE)).isNull();
      now = now.plusSeconds(10);
      assertThat(
              tasks.start(
                  DatabaseTasks.Kind.LOOK_UP, ONE, () -> true, () -> () -> done.add("looked up")))
          .isTrue();
      tasks.settle();
      failing(new IllegalStateException("no such zone"));
    }

    assertThat(faults.givenUp(ONE)).isEqualTo("no such zone");
    assertThat(done).hasSize(5);
  }

  @Test
  void slowCampaignsShareTheirFewPlacesUntilATaskOfTheirsIsFast() {
    List<UUID> slow = Stream.generate(UUID::randomUUID).limit(8).toList();
    slow.forEach(id -> taking(Duration.ofSeconds(3), id));
    slow.forEach(id -> tasks.start(DatabaseTasks.Kind.LOOK_UP, id, () -> true, () -> () -> {}));
    tasks.settle();
    Queue<Runnable> threads = new ArrayDeque<>();
    DatabaseTasks others =
        new DatabaseTasks(
            threads::add, faults, new DatabaseBackoff(health, () -> now), () -> {}, () -> now);

    assertThat(started(others, slow)).isEqualTo(DatabaseTasks.PLACES);
    assertThat(faults.reason(ONE)).as("nothing is wrong with it").isNull();

    slow.forEach(id -> taking(Duration.ofSeconds(1), id));
    assertThat(slow).noneMatch(faults::suspect);
  }

  /** Each step of theirs hangs. */
  @Test
  void manyStartsResendsAndWritesLeavePlacesToPages() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch page = new CountDownLatch(1);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      DatabaseTasks many =
          new DatabaseTasks(
              threads, faults, new DatabaseBackoff(health, () -> now), () -> {}, () -> now);
      try {
        for (DatabaseTasks.Kind kind :
            List.of(
                DatabaseTasks.Kind.START, DatabaseTasks.Kind.RESEND, DatabaseTasks.Kind.WRITE)) {
          Stream.generate(UUID::randomUUID)
              .limit(70)
              .forEach(id -> many.start(kind, id, () -> true, () -> awaiting(end)));
        }

        assertThat(many.start(ONE, () -> true, () -> page::countDown)).isTrue();
        await()
            .until(() -> {
              many.settle();
              return page.getCount() == 0;
            });
      } finally {
        end.countDown();
      }
    }
  }

  private static Runnable awaiting(CountDownLatch end) {
    try {
      end.await();
      return () -> {};
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void taking(Duration time, UUID campaign) {
    tasks.start(
        campaign,
        () -> true,
        () -> {
          now = now.plus(time);
          return () -> {};
        });
    tasks.settle();
  }

  private static long started(DatabaseTasks some, List<UUID> campaigns) {
    return campaigns.stream().filter(id -> some.start(id, () -> false, () -> () -> {})).count();
  }

  private void failing(Throwable failure) {
    tasks.start(ONE, () -> true, () -> DatabaseTasksTest.<RuntimeException>fail(failure));
    tasks.settle();
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> Runnable fail(Throwable failure) throws T {
    throw (T) failure;
  }
}
