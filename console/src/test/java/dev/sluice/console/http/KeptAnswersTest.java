package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class KeptAnswersTest {
  private static final UUID THING = UUID.randomUUID();

  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger made = new AtomicInteger();
  private final KeptAnswers<byte[]> answers = new KeptAnswers<>(Duration.ofSeconds(3), nanos::get);

  @Test
  void whoComesSoonAfterGetsTheSame() {
    assertThat(ask(THING)).isEqualTo(1);
    nanos.addAndGet(Duration.ofSeconds(3).toNanos() - 1);
    assertThat(ask(THING)).isEqualTo(1);
    assertThat(ask(UUID.randomUUID())).isEqualTo(2);
    nanos.incrementAndGet();
    assertThat(ask(THING)).isEqualTo(3);
  }

  @Test
  void whoComesMeanwhileWaitsForTheOneThatIsBeingMade() throws InterruptedException {
    CountDownLatch slow = new CountDownLatch(1);
    Supplier<byte[]> make =
        () -> {
          try {
            slow.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return new byte[] {(byte) made.incrementAndGet()};
        };
    List<Thread> people = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      people.add(Thread.startVirtualThread(() -> answers.of(THING, make)));
    }
    await().until(() -> people.stream().allMatch(one -> one.getState() == Thread.State.WAITING));
    nanos.addAndGet(Duration.ofSeconds(10).toNanos());
    slow.countDown();
    for (Thread one : people) {
      one.join();
    }

    assertThat(made).hasValue(1);
  }

  @Test
  void aFailureIsNotKept() {
    assertThatThrownBy(() ->
            answers.of(
                THING,
                () -> {
                  throw ProblemException.unavailable("away");
                }))
        .isInstanceOf(ProblemException.class);

    assertThat(ask(THING)).isEqualTo(1);
  }

  @Test
  void onlySoManyAreKept() {
    for (int i = 0; i < 200; i++) {
      ask(UUID.randomUUID());
    }
    assertThat(ask(THING)).isEqualTo(201);
    for (int i = 0; i < 200; i++) {
      ask(UUID.randomUUID());
    }
    assertThat(ask(THING)).isEqualTo(402);
  }

  private int ask(UUID thing) {
    return new BigInteger(
            1, answers.of(thing, () -> BigInteger.valueOf(made.incrementAndGet()).toByteArray()))
        .intValue();
  }
}
