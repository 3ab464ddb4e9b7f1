package dev.sluice.worker.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.schema.Control;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ProviderProbesTest {
  private static final Map<String, Control> BLOCKED =
      Map.of("s", Control.blockedUntilBack("whatsapp", "down"));

  private final Health health = new Health();
  private final Deque<Runnable> unanswered = new ArrayDeque<>();
  private boolean full;
  private boolean answers = true;
  private boolean available;
  private int asked;
  private long nanos;
  private final ProviderProbes probes =
      new ProviderProbes(Map.of("whatsapp", new StandIn()), health, () -> nanos, this::probe);

  private void probe(Runnable probe) {
    asked++;
    if (full) {
      throw new RejectedExecutionException();
    }
    if (answers) {
      probe.run();
    } else {
      unanswered.add(probe);
    }
  }

  private final class StandIn implements MessageProvider {
    @Override
    public SendOutcome send(OutgoingMessage message, Permit permit) {
      throw new IllegalStateException("a probe sends nothing");
    }

    @Override
    public boolean available() {
      return available;
    }

    @Override
    public void close() {}
  }

  @Test
  void asksEverMoreRarelyWhileTheProviderIsAway() {
    look(BLOCKED);
    assertThat(asked).as("it was down a moment ago").isZero();

    assertThat(waitUntilAsked()).isEqualTo(Duration.ofMillis(500));
    assertThat(waitUntilAsked()).isEqualTo(Duration.ofSeconds(1));
    assertThat(waitUntilAsked()).isEqualTo(Duration.ofSeconds(2));
    for (int i = 0; i < 4; i++) {
      waitUntilAsked();
    }
    assertThat(waitUntilAsked()).isEqualTo(Duration.ofSeconds(5));
    assertThat(probes.poll()).isNull();
  }

  @Test
  void unblocksWhenTheProviderAnswersAndBeginsAnewAfterAGoodSpell() {
    look(BLOCKED);
    waitUntilAsked();
    available = true;
    waitUntilAsked();

    look(BLOCKED);
    assertThat(probes.poll()).isEqualTo("s");
    look(Map.of());
    pass(Duration.ofSeconds(5));
    look(BLOCKED);
    assertThat(waitUntilAsked()).as("blocked again soon").isGreaterThan(Duration.ofSeconds(1));
    look(BLOCKED);
    assertThat(probes.poll()).isEqualTo("s");

    look(Map.of());
    pass(Duration.ofSeconds(31));
    look(Map.of());
    look(BLOCKED);
    assertThat(waitUntilAsked()).isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void asksOnceAtATime() {
    answers = false;
    look(BLOCKED);
    waitUntilAsked();
    pass(Duration.ofMinutes(5));
    look(BLOCKED);

    assertThat(asked).isEqualTo(1);
    unanswered.remove().run();
    look(BLOCKED);
    pass(Duration.ofMinutes(5));
    look(BLOCKED);
    assertThat(asked).isEqualTo(2);
  }

  @Test
  void asksAgainWhenNoThreadCouldBeHad() {
    full = true;
    look(BLOCKED);
    waitUntilAsked();
    full = false;
    available = true;
    waitUntilAsked();
    look(BLOCKED);

    assertThat(probes.poll()).isEqualTo("s");
  }

  @Test
  void leavesOthersSendersToOthers() {
    for (int i = 0; i < 10; i++) {
      probes.review(BLOCKED, sender -> false);
      pass(Duration.ofSeconds(5));
    }

    assertThat(asked).isZero();
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void healthSaysWhoseProviderIsDownAndUntilWhen() {
    look(BLOCKED);
    assertThat(health.problems()).containsEntry("provider of s", "down");

    look(Map.of());
    assertThat(health.problems()).isEmpty();
  }

  @Test
  void aProviderThatThisWorkerDoesNotKnowIsLeftToOneThatDoes() {
    Map<String, Control> blocked = Map.of("s", Control.blockedUntilBack("pigeon", "unknown"));
    for (int i = 0; i < 10; i++) {
      look(blocked);
      pass(Duration.ofSeconds(5));
    }

    assertThat(probes.poll()).isNull();
    assertThat(health.problems().get("provider of s")).contains("cannot ask", "pigeon");
  }

  /** In the middle of a deployment, or with a wrong configuration. */
  @Test
  void aSenderIsProbedByOthersWhereTheOneThatShouldProbeItLacksItsProvider() {
    ProviderProbes owner =
        new ProviderProbes(Map.of(), new Health(), () -> nanos, probe -> asked++);
    Map<String, Control> blocked = new HashMap<>(BLOCKED);
    List<Control> written = new ArrayList<>();
    available = true;
    for (int i = 0; i < 20; i++) {
      Map<String, Control> changes = owner.review(blocked, sender -> true);
      written.addAll(changes.values());
      blocked.putAll(changes);
      probes.review(blocked, sender -> false);
      pass(Duration.ofSeconds(1));
    }

    assertThat(probes.poll()).isEqualTo("s");
    assertThat(written)
        .singleElement()
        .satisfies(control -> {
          assertThat(control.provider()).isEqualTo("whatsapp");
          assertThat(control.endsByItself()).isTrue();
          assertThat(control.reason()).contains("down");
        });
  }

  /** A review of thousands takes as long as a turn of the loop that sends. */
  @Test
  void manyBlockedSendersAreNotReviewedInEachTurn() {
    AtomicInteger reviewed = new AtomicInteger();
    Map<String, Control> many = new HashMap<>();
    for (int i = 0; i < 1_000; i++) {
      many.put("s" + i, Control.blockedUntilBack("whatsapp", "down"));
    }
    for (int turn = 0; turn < 100; turn++) {
      probes.review(
          many,
          sender -> {
            reviewed.incrementAndGet();
            return true;
          });
      pass(Duration.ofMillis(5));
    }

    assertThat(reviewed).hasValue(5_000);
    available = true;
    look(many);
    look(many);
    assertThat(probes.poll()).isNotNull();
  }

  private void look(Map<String, Control> blocked) {
    probes.review(blocked, sender -> true);
  }

  private void pass(Duration time) {
    nanos += time.toNanos();
  }

  private Duration waitUntilAsked() {
    int before = asked;
    Duration waited = Duration.ZERO;
    while (asked == before && waited.compareTo(Duration.ofMinutes(1)) < 0) {
      Duration step = Duration.ofMillis(100);
      pass(step);
      waited = waited.plus(step);
      look(BLOCKED);
    }
    return waited;
  }
}
