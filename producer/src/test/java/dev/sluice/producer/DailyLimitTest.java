package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.producer.sql.DailyLimit;
import dev.sluice.schema.SendRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DailyLimitTest {
  private static final Duration DAY = Duration.ofHours(24);
  private static final Fixture FIXTURE = new Fixture();
  private static final UUID CAMPAIGN = UUID.randomUUID();

  private final String sender = "s-" + UUID.randomUUID();
  private Instant now = Instant.parse("2026-03-01T12:00:00Z");
  private final DailyLimit dailyLimit = new DailyLimit(FIXTURE.producer(), () -> now, () -> now);

  /** A message that was sent. */
  private record Contact(Instant at, String phone) {}

  @BeforeEach
  void sender() {
    FIXTURE.sender(sender, 80, 1);
  }

  @Test
  void admitsUntilTheFirstForWhomThereIsNoPlace() {
    assertThat(admit(3, "a", "b")).isEqualTo(2);
    assertThat(admit(3, "a", "c", "b", "d", "a")).isEqualTo(3);
    assertThat(admit(3, "d")).isZero();
    assertThat(admit(3, "c", "b", "a")).as("who counts already needs no place").isEqualTo(3);
  }

  @Test
  void tellsTheShareThatIsUsed() {
    FIXTURE.sql().execute("UPDATE sluice.sender SET daily_limit = 4 WHERE id = ?", sender);
    admit(4, "a", "b", "c");
    assertThat(dailyLimit.shares()).containsEntry(sender, 0.75);

    now = now.plus(SendRequest.COUNTS_FOR);
    assertThat(dailyLimit.shares()).containsEntry(sender, 0.0);
  }

  @Test
  void whoIsWrittenToOnceMoreCountsForADayFromThen() {
    admit(1, "a");
    now = now.plus(Duration.ofHours(23));
    assertThat(admit(1, "a")).isEqualTo(1);

    now = now.plus(Duration.ofHours(3));
    assertThat(admit(1, "b")).as("26 hours after the first, 3 after the second").isZero();

    now = now.plus(SendRequest.COUNTS_FOR).minus(Duration.ofHours(3));
    assertThat(admit(1, "b")).isEqualTo(1);
  }

  /** Workers were away until a minute before its hour was over. */
  @Test
  void whoWaitedToBeSentToStillCountsTheNextDay() {
    now = Instant.parse("2026-03-01T09:00:00Z");
    admit(2, "a", "b");

    now = Instant.parse("2026-03-02T09:00:01Z");
    assertThat(admit(2, "c", "d")).isZero();
    now = Instant.parse("2026-03-02T09:59:59Z");
    assertThat(admit(2, "c", "d")).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void withinAnyDayNoMorePeopleThanTheLimitAreWrittenTo(long seed) {
    Random random = new Random(seed);
    int limit = 20;
    List<Contact> contacts = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      now = now.plusSeconds(random.nextInt(3_600));
      List<String> wanted =
          random
              .ints(0, 60)
              .limit(1 + random.nextInt(15))
              .distinct()
              .mapToObj(n -> "p" + n)
              .toList();
      int admitted = dailyLimit.admit(CAMPAIGN, sender, limit, wanted);
      for (String phone : wanted.subList(0, admitted)) {
        long waits = random.nextLong(SendRequest.SENT_WITHIN.toMillis() + 1);
        contacts.add(new Contact(now.plusMillis(waits), phone));
      }
    }

    assertThat(contacts).hasSizeGreaterThan(limit * 4);
    for (Contact last : contacts) {
      Set<String> people = new HashSet<>();
      contacts.stream()
          .filter(contact -> contact.at().isAfter(last.at().minus(DAY)))
          .filter(contact -> !contact.at().isAfter(last.at()))
          .forEach(contact -> people.add(contact.phone()));
      assertThat(people)
          .as("the day until %s, seed %d", last.at(), seed)
          .hasSizeLessThanOrEqualTo(limit);
    }
  }

  @Test
  void campaignsThatAskAtTheSameTimeDoNotTakeTheSamePlace() throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> second =
          FIXTURE
              .producer()
              .transactionResult(first -> {
                DailyLimit uncommitted = new DailyLimit(first.dsl(), () -> now, () -> now);
                assertThat(uncommitted.admit(CAMPAIGN, sender, 3, List.of("a", "b"))).isEqualTo(2);
                Future<Integer> asking = threads.submit(() -> admit(3, "c", "d"));
                await().until(() -> asking.isDone() || waitsForItsTurn());
                return asking;
              });
      assertThat(second.get()).isEqualTo(1);
    }
  }

  private static boolean waitsForItsTurn() {
    return FIXTURE
        .sql()
        .fetchExists(
            DSL.table("pg_locks"),
            DSL.condition(
                "locktype = 'advisory' AND NOT granted AND database ="
                    + " (SELECT oid FROM pg_database WHERE datname = current_database())"));
  }

  private int admit(int limit, String... phones) {
    return dailyLimit.admit(CAMPAIGN, sender, limit, List.of(phones));
  }
}
