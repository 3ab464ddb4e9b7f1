package dev.sluice.providers.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.providers.spi.WithdrawnException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hundreds of TLS handshakes at once would share the processor until each of them was too late. */
@Timeout(30)
class OpeningsTest {
  private final AtomicBoolean idle = new AtomicBoolean();
  private final Openings openings = new Openings(idle::get);

  @Test
  void soManyCallsGetThemselvesAConnectionAndTheOthersWaitForTheirPlaces() throws Exception {
    List<Openings.Place> first = takeAll();
    Waiting waiting = new Waiting(Integer.MAX_VALUE);
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Openings.Place> next = calls.submit(() -> openings.take(waiting));
      await().until(() -> openings.waiting() == 1);

      first.getFirst().leave();
      first.getFirst().leave();
      next.get();
    }
    assertThat(waiting.queued).isPositive();
    assertThatThrownBy(() -> openings.take(new Waiting(0))).isInstanceOf(WithdrawnException.class);
  }

  @Test
  void aCallThatGetsNoConnectionHoldsUpOthersOnlyForAMoment() throws IOException {
    Attempt slow = attempt(new Waiting(0));
    slow.awaitPlace(openings);
    for (int i = 1; i < Openings.AT_ONCE; i++) {
      openings.take(new Waiting(0));
    }

    slow.endIfLate(System.nanoTime() + Openings.HOLDS_UP.toNanos());

    openings.take(new Waiting(0)).leave();
  }

  @Test
  void oneCallMayUseAnIdleConnectionWhileAllPlacesAreTaken() throws IOException {
    takeAll();
    idle.set(true);

    Openings.Place one = openings.take(new Waiting(1));
    assertThatThrownBy(() -> openings.take(new Waiting(1))).isInstanceOf(WithdrawnException.class);
    one.leave();
    openings.take(new Waiting(1)).leave();
  }

  @Test
  void nobodyWaitsWhileTheProviderKeepsNoConnection() throws IOException {
    takeAll();

    openings.kept(false);
    openings.take(new Waiting(0)).leave();

    openings.kept(true);
    assertThatThrownBy(() -> openings.take(new Waiting(0))).isInstanceOf(WithdrawnException.class);
  }

  @Test
  void aMessageThatIsNoLongerWantedLeavesTheQueueAndAProbeNeverEntersIt() throws IOException {
    takeAll();
    Waiting unwanted = new Waiting(2);

    assertThatThrownBy(() -> attempt(unwanted).awaitPlace(openings))
        .isInstanceOf(WithdrawnException.class);
    Attempt.probe(new HttpGet("http://localhost/"), Duration.ofSeconds(20)).awaitPlace(openings);

    assertThat(unwanted.queued).isPositive();
  }

  /** Like a load balancer one of whose machines hangs. */
  @Test
  void connectionsThatDoNotOpenKeepNoOtherCallFromItsOwn() throws Exception {
    CountDownLatch over = new CountDownLatch(1);
    try (RawServer server =
            new RawServer(
                true,
                connection -> {
                  if (connection.number() <= Openings.AT_ONCE) {
                    over.await();
                  }
                  connection.readRequest();
                  connection.acceptAndKeep(Duration.ofSeconds(5));
                });
        HttpCalls provider = ProviderFixture.calls(server.url(), 100);
        ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Openings.AT_ONCE; i++) {
        calls.execute(() -> ProviderFixture.post(provider, server.url(), () -> {}));
      }
      await().until(() -> server.connections() == Openings.AT_ONCE);

      assertThat(ProviderFixture.post(provider, server.url(), () -> {}))
          .isInstanceOf(SendOutcome.Accepted.class);
      over.countDown();
    }
  }

  private List<Openings.Place> takeAll() throws IOException {
    List<Openings.Place> all = new ArrayList<>();
    for (int i = 0; i < Openings.AT_ONCE; i++) {
      all.add(openings.take(new Waiting(0)));
    }
    return all;
  }

  private static Attempt attempt(Permit permit) {
    return new Attempt(new HttpPost("http://localhost/"), permit, Duration.ofSeconds(20));
  }

  /** A message that is withdrawn when it has been told so often that it waits. */
  private static final class Waiting implements Permit {
    private final int times;
    private int told;
    private Duration queued = Duration.ZERO;

    Waiting(int times) {
      this.times = times;
    }

    @Override
    public void await() {
      throw new AssertionError("it has no connection");
    }

    @Override
    public void queued(Duration time) {
      queued = queued.plus(time);
      if (told++ >= times) {
        throw new WithdrawnException("it was paused");
      }
    }
  }
}
