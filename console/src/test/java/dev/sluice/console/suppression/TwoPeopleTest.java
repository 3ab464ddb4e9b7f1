package dev.sluice.console.suppression;

import static dev.sluice.console.suppression.Event.both;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.WebhookFixture;
import dev.sluice.schema.OptOutReason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Two people who say stop and resume, by number, by id or by both, and move to a number that is
 * free. Told in any of many orders, it ends as in the order of the times, and a person whose last
 * word was stop gets nothing.
 */
class TwoPeopleTest {
  private static final WebhookFixture FIXTURE = WebhookFixture.create();

  @AfterAll
  static void close() {
    FIXTURE.close();
  }

  /** Those of the gate; more are run once a week. */
  private static final int HISTORIES = Integer.getInteger("sluice.test.histories", 10);

  @TestFactory
  Stream<DynamicTest> whateverTwoPeopleDo() {
    // One of a thousand others, in which what a former holder took back lifted the next holder's
    // stop.
    return IntStream.concat(IntStream.range(0, HISTORIES), IntStream.of(224))
        .mapToObj(seed -> DynamicTest.dynamicTest("history " + seed, () -> tellInManyOrders(seed)));
  }

  private static void tellInManyOrders(int seed) {
    Random random = new Random(seed);
    int[] phones = {1, 2};
    int[] ids = {1, 2};
    boolean[] stopped = {false, false};
    boolean[] resumedHere = {false, false};
    int nextId = 3;
    List<Event> events = new ArrayList<>();
    for (int at = 1; at <= 8; at++) {
      int who = random.nextInt(2);
      int free =
          IntStream.rangeClosed(1, 4)
              .filter(n -> n != phones[0] && n != phones[1])
              .findFirst()
              .orElseThrow();
      if (random.nextInt(3) == 0) {
        events.add(both(phones[who], ids[who], free, nextId, at));
        phones[who] = free;
        ids[who] = nextId++;
        resumedHere[who] = false;
      } else {
        int by = random.nextInt(3);
        boolean stop = random.nextBoolean();
        events.add(
            new Event.Wish(
                stop ? OptOutReason.PREFERENCE : Said.RESUME,
                by == 0 ? null : Integer.valueOf(phones[who]),
                by == 1 ? null : Integer.valueOf(ids[who]),
                at));
        stopped[who] = stop;
        resumedHere[who] = !stop && by > 0;
      }
    }
    History history = new History("", List.of(List.of(1, 1), List.of(2, 2)), List.of(), events);
    List<List<Event>> orders = new ArrayList<>(List.of(events));
    for (int order = 0; order < 6; order++) {
      List<Event> shuffled = new ArrayList<>(events);
      Collections.shuffle(shuffled, random);
      orders.add(shuffled);
    }
    Map<List<Event>, List<Integer>> ends = history.told(FIXTURE.sql(), orders);
    List<Integer> end = ends.getOrDefault(events, List.of());
    for (int who = 0; who < 2; who++) {
      if (stopped[who]) {
        assertThat(end).as("%s: stopped last, in %s", who, events).contains(phones[who]);
      } else if (resumedHere[who]) {
        assertThat(end).as("%s: resumed last, in %s", who, events).doesNotContain(phones[who]);
      }
    }
    ends.forEach(
        (order, suppressed) -> assertThat(suppressed).as("%s as %s", events, order).isEqualTo(end));
  }
}
