package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.local.CollectedSpans;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.Machine;
import dev.sluice.runtime.NamedSenders;
import dev.sluice.runtime.kafka.TextHeader;
import dev.sluice.runtime.tracing.Traces;
import dev.sluice.schema.Json;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.Topics;
import dev.sluice.worker.breaker.CircuitBreakers;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tests sends of one lane of 2/s; each runs when the test says so, and time passes while it waits.
 */
class DispatcherTest {
  private static final SendRequest.Sender SENDER = new SendRequest.Sender("s", "provider", "1");

  private static final Duration LATE = Duration.ofSeconds(4);

  private final FakeTime time = new FakeTime();
  private final Deque<Runnable> sends = new ArrayDeque<>();
  private final Machine machine =
      new Machine(
          time,
          (kind, send) -> {
            sends.add(send);
            return Thread.currentThread();
          },
          new Random(1));
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final PartitionState partition =
      new PartitionState(
          new TopicPartition("send-requests", 0),
          new OffsetWindow(0, List.of()),
          new OffsetAndMetadata(0, ""),
          machine);
  private final Lane lane = new Lane(2, machine);

  @Test
  void answersAreTimedFromTheFirstByteOn() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          permit.await();
          time.sleep(Duration.ofMillis(100));
          return new SendOutcome.Accepted("id");
        });
    launch(dispatcher);
    launch(dispatcher);
    sends.remove().run();
    sends.remove().run();

    Timer answers = meters.get("sluice.worker.answers").timer();
    assertThat(answers.count()).isEqualTo(2);
    assertThat(answers.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(200);
    assertThat(meters.get("sluice.worker.launched").counter().count()).isEqualTo(2);
  }

  @Test
  void whatAProviderThatIsDownRefusesWasSentAllTheSame() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          permit.await();
          String code = sends.isEmpty() ? "503" : SendOutcome.Unavailable.NOT_CONNECTED;
          return new SendOutcome.Unavailable(code, "", null);
        });
    launch(dispatcher);
    launch(dispatcher);
    sends.remove().run();
    sends.remove().run();

    assertThat(meters.get("sluice.worker.launched").counter().count()).isOne();
    assertThat(meters.find("sluice.worker.answers").timer()).isNull();
  }

  @Test
  void whatNeverWentOutIsNeitherSentNorAnswered() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          if (sends.isEmpty()) {
            return new SendOutcome.Unavailable("not_connected", "", null);
          }
          permit.await();
          return new SendOutcome.Disconnected("its connection was closed while it waited");
        });
    launch(dispatcher);
    launch(dispatcher);
    sends.remove().run();
    sends.remove().run();

    assertThat(meters.find("sluice.worker.answers").timer()).isNull();
    assertThat(meters.find("sluice.worker.launched").counter()).isNull();
  }

  @Test
  void anErrorOnceTheMessageMayBeWrittenIsADoubt() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          permit.await();
          throw new StackOverflowError("too deep");
        });

    assertThat(outcomeOfError(dispatcher)).isInstanceOf(SendOutcome.InDoubt.class);
  }

  @Test
  void anErrorBeforeThatIsItsCampaignsOwn() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          throw new StackOverflowError("too deep");
        });

    assertThat(outcomeOfError(dispatcher)).isInstanceOf(SendOutcome.NotPrepared.class);
  }

  @Test
  void whatIsNotWrittenYetIsWithdrawnAtOnceAndForGood() {
    AtomicInteger written = new AtomicInteger();
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          permit.await();
          written.incrementAndGet();
          return new SendOutcome.Accepted("id");
        });
    launch(dispatcher);

    dispatcher.withdraw(List.of(partition));

    assertThat(Objects.requireNonNull(dispatcher.poll()).ending())
        .isInstanceOf(Ending.NotLaunched.class);
    sends.remove().run();
    assertThat(written).hasValue(0);
    assertThat(dispatcher.poll()).isNull();
    assertThat(dispatcher.inFlight()).isZero();
  }

  @Test
  void whatMayBeWrittenIsNotWithdrawn() {
    AtomicReference<Dispatcher> self = new AtomicReference<>();
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          permit.await();
          self.get().withdraw(List.of(partition));
          return new SendOutcome.Accepted("id");
        });
    self.set(dispatcher);
    launch(dispatcher);
    sends.remove().run();

    assertThat(outcome(dispatcher)).isEqualTo(new SendOutcome.Accepted("id"));
    assertThat(dispatcher.poll()).isNull();
  }

  @Test
  void aConnectionThatOpensLateIsAnOutageOfTheProvider() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          time.sleep(LATE);
          permit.await();
          return new SendOutcome.Accepted("id");
        });
    launch(dispatcher);
    sends.remove().run();

    assertThat(outcome(dispatcher)).isInstanceOf(SendOutcome.Unavailable.class);
  }

  @Test
  void theProviderGetsTheTraceOfATracedMessageThatIsTheSpanOfTheCall() {
    List<@Nullable String> given = new ArrayList<>();
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          given.add(permit.traceparent());
          return accept(message, permit);
        });
    CollectedSpans spans = new CollectedSpans();
    SendTask task = task();
    try (Traces traces = Traces.exporting(spans, "worker", 1)) {
      task.traceOn(
          traces.of(
              task.request().campaignId(),
              1,
              1,
              List.of(
                  new TextHeader(
                      "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))));
      dispatcher.launch(task, lane, time.nanoTime());
      launch(dispatcher);
      sends.remove().run();
      sends.remove().run();
      task.trace(Objects.requireNonNull(dispatcher.poll()), 0);
    }

    assertThat(given).hasSize(2).last().isNull();
    assertThat(spans.all())
        .filteredOn(span -> span.getName().equals("POST"))
        .singleElement()
        .satisfies(call ->
            assertThat(given.getFirst())
                .isEqualTo("00-" + call.getTraceId() + "-" + call.getSpanId() + "-01"));
  }

  @Test
  void aMessageThatWasLateForWantOfAThreadIsNoOutage() {
    Dispatcher dispatcher = dispatcher(DispatcherTest::accept);
    launch(dispatcher);
    time.sleep(LATE);
    sends.remove().run();

    assertThat(Objects.requireNonNull(dispatcher.poll()).ending())
        .isInstanceOf(Ending.NotLaunched.class);
  }

  @Test
  void aMessageThatWasLateBehindOthersOfItsProcessIsNoOutage() {
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          time.sleep(LATE.dividedBy(2));
          permit.queued(LATE.dividedBy(2));
          time.sleep(LATE.dividedBy(2));
          return accept(message, permit);
        });
    launch(dispatcher);
    sends.remove().run();

    assertThat(Objects.requireNonNull(dispatcher.poll()).ending())
        .isInstanceOf(Ending.NotLaunched.class);
  }

  @Test
  void aMessageWithoutAPlaceGetsTheOneOfTheNextThatEnds() {
    Dispatcher dispatcher = dispatcher(DispatcherTest::accept);
    dispatcher.allow(Map.of(SENDER, 1));
    launch(dispatcher);
    launch(dispatcher);

    assertThat(sends).hasSize(1);
    assertThat(dispatcher.use()).containsEntry(SENDER, new HeldPlaces.Use(1, 1, 0));
    sends.remove().run();
    assertThat(sends).hasSize(1);
    assertThat(dispatcher.use()).containsEntry(SENDER, new HeldPlaces.Use(1, 0, 1));
    sends.remove().run();
    assertThat(dispatcher.use()).isEmpty();
    assertThat(dispatcher.inFlight()).isZero();
    assertThat(outcome(dispatcher)).isEqualTo(new SendOutcome.Accepted("id"));
    assertThat(outcome(dispatcher)).isEqualTo(new SendOutcome.Accepted("id"));
  }

  @Test
  void aMessageThatGetsNoPlaceInAQuarterOfASecondIsNotLaunched() {
    Dispatcher dispatcher = dispatcher(DispatcherTest::accept);
    dispatcher.allow(Map.of(SENDER, 1));
    launch(dispatcher);
    launch(dispatcher);
    time.sleep(Duration.ofMillis(249));
    dispatcher.review();
    assertThat(dispatcher.inFlight()).isEqualTo(2);

    time.sleep(Duration.ofMillis(1));
    dispatcher.review();

    assertThat(dispatcher.inFlight()).isOne();
    assertThat(Objects.requireNonNull(dispatcher.poll()).ending())
        .isInstanceOf(Ending.NotLaunched.class);
    sends.remove().run();
    assertThat(sends).isEmpty();
    assertThat(dispatcher.use()).isEmpty();
  }

  @Test
  void aMessageThatWaitsForAPlaceIsWithdrawnOnce() {
    AtomicInteger written = new AtomicInteger();
    Dispatcher dispatcher =
        dispatcher((message, permit) -> {
          permit.await();
          written.incrementAndGet();
          return new SendOutcome.Accepted("id");
        });
    dispatcher.allow(Map.of(SENDER, 1));
    launch(dispatcher);
    launch(dispatcher);

    dispatcher.withdraw(List.of(partition));

    assertThat(dispatcher.poll()).isNotNull();
    assertThat(dispatcher.poll()).isNotNull();
    sends.remove().run();
    sends.remove().run();
    assertThat(dispatcher.poll()).isNull();
    assertThat(dispatcher.inFlight()).isZero();
    assertThat(written).hasValue(0);
  }

  private static SendOutcome accept(OutgoingMessage message, Permit permit) {
    permit.await();
    return new SendOutcome.Accepted("id");
  }

  private SendOutcome outcomeOfError(Dispatcher dispatcher) {
    launch(dispatcher);
    assertThat(dispatcher.inFlight()).isOne();

    assertThatThrownBy(sends.remove()::run).hasMessage("too deep");

    assertThat(dispatcher.inFlight()).isZero();
    assertThat(dispatcher.use()).isEmpty();
    return outcome(dispatcher);
  }

  private static SendOutcome outcome(Dispatcher dispatcher) {
    return ((Ending.Answered) Objects.requireNonNull(dispatcher.poll()).ending()).outcome();
  }

  private void launch(Dispatcher dispatcher) {
    dispatcher.launch(task(), lane, time.nanoTime());
  }

  private SendTask task() {
    SendRequest request =
        SendRequest.test(
            1, new UUID(0, 1), SENDER, 2, "+5511960000000", Json.MAPPER.createObjectNode());
    return new SendTask(partition, 0, request, -1, 0);
  }

  private Dispatcher dispatcher(BiFunction<OutgoingMessage, Permit, SendOutcome> send) {
    MessageProvider provider =
        new MessageProvider() {
          @Override
          public SendOutcome send(OutgoingMessage message, Permit permit) {
            return send.apply(message, permit);
          }

          @Override
          public void close() {}
        };
    Topics topics = new Topics("");
    return new Dispatcher(
        Map.of("provider", provider),
        new CircuitBreakers(new Health(), time),
        NoControls.view(topics, time),
        new CallMeters(meters, new NamedSenders()),
        machine);
  }
}
