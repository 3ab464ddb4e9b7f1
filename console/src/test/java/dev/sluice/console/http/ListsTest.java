package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ListsTest {
  private static final String ADDRESS = "/api/campaigns?null";

  private final Lists lists = new Lists(Bulkhead.computing(2, Duration.ofSeconds(10), "full"));
  private final AtomicInteger built = new AtomicInteger();
  private final AtomicLong beganAt = new AtomicLong();
  private final CountDownLatch slow = new CountDownLatch(1);
  private final Set<Integer> seen = ConcurrentHashMap.newKeySet();

  /** The first one began before they asked, and may not show what they have just done. */
  @Test
  void whoAsksWhileAListIsBuiltSharesTheNext() throws InterruptedException {
    Thread first = ask();
    await().until(() -> built.get() == 1);
    List<Thread> others = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      others.add(ask());
    }
    await().until(() -> others.stream().allMatch(one -> one.getState() == Thread.State.WAITING));
    slow.countDown();
    first.join();
    for (Thread other : others) {
      other.join();
    }

    assertThat(built).hasValue(2);
    assertThat(seen).containsExactlyInAnyOrder(1, 2);

    long shared = beganAt.get();
    lists.of(ADDRESS, this::build);
    assertThat(beganAt.get() - shared)
        .as("how long the next reader waited after twelve")
        .isGreaterThanOrEqualTo(12 * 5_000_000L);
  }

  @Test
  void anotherAddressIsAnotherList() {
    slow.countDown();

    assertThat(lists.of(ADDRESS, this::build)).containsExactly(1);
    assertThat(lists.of("/api/senders?null", this::build)).containsExactly(2);
    assertThat(lists.of(ADDRESS, this::build)).containsExactly(3);
  }

  @Test
  void aListThatCannotBeBuiltIsTriedAgainForTheNextReader() {
    slow.countDown();
    assertThatThrownBy(() ->
            lists.of(
                ADDRESS,
                () -> {
                  throw ProblemException.unavailable("away");
                }))
        .isInstanceOf(ProblemException.class);

    assertThat(lists.of(ADDRESS, this::build)).containsExactly(1);
  }

  private Thread ask() {
    return Thread.startVirtualThread(() -> seen.add((int) lists.of(ADDRESS, this::build)[0]));
  }

  private byte[] build() {
    beganAt.set(System.nanoTime());
    byte[] body = {(byte) built.incrementAndGet()};
    try {
      slow.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return body;
  }
}
