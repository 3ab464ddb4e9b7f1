package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.local.TestEnvironment;
import dev.sluice.providers.spi.MessageProvider;
import dev.sluice.providers.spi.OutgoingMessage;
import dev.sluice.providers.spi.Permit;
import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.runtime.Health;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.runtime.kafka.KafkaConfig;
import dev.sluice.schema.Control;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import dev.sluice.worker.breaker.CircuitBreaker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Senders "bad" and "good" have one provider; at the address of "bad" it stops answering. */
@Execution(ExecutionMode.CONCURRENT)
class SilentProviderTest {
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final KafkaConfig kafka = TestEnvironment.topics(2);
  private final Health health = new Health();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Provider provider = new Provider();
  private final List<AutoCloseable> open = new ArrayList<>();

  /** How "bad" is answered; "good" is always answered. */
  private enum Mood {
    ANSWERS,
    SILENT,
    DOUBTFUL
  }

  private static final class Provider implements MessageProvider {
    private final Queue<String> good = new ConcurrentLinkedQueue<>();
    private final Queue<String> bad = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inDoubt = new AtomicInteger();
    private final CountDownLatch givenUp = new CountDownLatch(1);
    private volatile Mood mood = Mood.ANSWERS;

    @Override
    public SendOutcome send(OutgoingMessage message, Permit permit) {
      permit.await();
      if (message.address().equals("good")) {
        good.add(message.callbackData());
        return new SendOutcome.Accepted("wamid");
      }
      return switch (mood) {
        case ANSWERS -> {
          bad.add(message.callbackData());
          yield new SendOutcome.Accepted("wamid");
        }
        case SILENT -> {
          inDoubt.incrementAndGet();
          yield new SendOutcome.InDoubt("given up: " + hang());
        }
        case DOUBTFUL -> {
          inDoubt.incrementAndGet();
          yield new SendOutcome.InDoubt("HTTP 502");
        }
      };
    }

    private boolean hang() {
      try {
        return givenUp.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public boolean available() {
      return mood == Mood.ANSWERS;
    }

    @Override
    public void close() {
      givenUp.countDown();
    }
  }

  @AfterEach
  void stop() throws Exception {
    provider.givenUp.countDown();
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  @Test
  void silencePutsSixSecondsOfTheRateInDoubtAndEndsByItself() throws Exception {
    Predicate<Predicate<Control>> applies = controls();
    start(2_000);
    write("bad", 80, 0, 400);
    write("good", 80, 0, 1_500);
    await().atMost(PATIENCE).until(() -> provider.bad.size() > 100 && provider.good.size() > 100);

    provider.mood = Mood.SILENT;
    await()
        .atMost(PATIENCE)
        .until(() -> applies.test(control -> control.state() == Control.State.BLOCKED));
    int inDoubt = provider.inDoubt.get();
    int good = provider.good.size();

    assertThat(inDoubt).isBetween(80, 6 * 80);
    assertThat(applies.test(control -> String.valueOf(control.reason()).startsWith("no answer")))
        .isTrue();
    assertThat(health.problems().toString()).contains("no answer since");
    assertThat(meters.get("sluice.worker.breakers.open").gauge().value()).isEqualTo(1);
    // Its neighbour goes on as before.
    await().atMost(PATIENCE).until(() -> provider.good.size() > good + 160);
    assertThat(provider.inDoubt).hasValueLessThan(6 * 80);

    provider.mood = Mood.ANSWERS;
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> applies.test(control -> control.state() == Control.State.RUNNING));
    write("bad", 80, 70_000, 70_200);
    await()
        .atMost(PATIENCE)
        .until(() ->
            provider.bad.stream().filter(sent -> sent.matches(".*:70\\d{3}:1")).count() == 200);
    assertThat(meters.get("sluice.worker.breakers.open").gauge().value()).isZero();
    assertThat(provider.bad).doesNotHaveDuplicates();
  }

  @Test
  void errorsThatNobodyUnderstandsLeaveFewInDoubt() throws Exception {
    Predicate<Predicate<Control>> applies = controls();
    provider.mood = Mood.DOUBTFUL;
    write("bad", 500, 0, 2_000);
    start(2_000);
    await()
        .atMost(PATIENCE)
        .until(() -> applies.test(control -> control.state() == Control.State.BLOCKED));

    assertThat(provider.inDoubt).hasValueBetween(CircuitBreaker.DOUBTS, 4 * CircuitBreaker.DOUBTS);
  }

  @Test
  void aSenderThatHangsLeavesPlacesToTheOthers() throws Exception {
    write("bad", 1_000, 0, 2_000);
    start(40);
    await().atMost(PATIENCE).until(() -> provider.bad.size() > 500);
    provider.mood = Mood.SILENT;
    await().atMost(PATIENCE).until(() -> provider.inDoubt.get() >= 30);
    write("good", 80, 0, 100);

    await().atMost(PATIENCE).until(() -> provider.good.size() == 100);
    // Those that hang still do.
    assertThat(provider.givenUp.getCount()).isEqualTo(1);
    assertThat(provider.inDoubt).hasValue(30);
  }

  private void start(int maxInFlight) {
    WorkerConfig usual = WorkerConfig.of(kafka, "w1");
    WorkerConfig config =
        new WorkerConfig(
            usual.kafka(), usual.instance(), maxInFlight, usual.drain(), usual.retries());
    open.add(new Worker(config, Map.of("whatsapp", provider), health, meters));
  }

  /** Returns the control that applies to "bad", as others see it. */
  private Predicate<Predicate<Control>> controls() {
    ControlsView view = new ControlsView(kafka, new Health(), new SimpleMeterRegistry());
    open.add(view);
    return test -> test.test(view.sender("bad"));
  }

  private void write(String sender, double rate, long from, long to) throws Exception {
    // Each on its own partition.
    int partition = sender.equals("bad") ? 0 : 1;
    int lane = (partition + new LaneKey(sender, 0).partition(2)) % 2;
    List<Future<?>> written = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.client(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long id : LongStream.range(from, to).toArray()) {
        SendRequest request =
            new SendRequest(
                id,
                new UUID(0, 1),
                1,
                new SendRequest.Sender(sender, "whatsapp", sender),
                lane,
                rate,
                "+5511960000000",
                Json.MAPPER.createObjectNode(),
                OnDoubt.HOLD,
                0,
                null);
        byte[] key = request.laneKey().toString().getBytes(StandardCharsets.UTF_8);
        String topic = kafka.topics().sendRequests();
        written.add(
            producer.send(new ProducerRecord<>(topic, partition, key, Json.write(request))));
      }
      for (Future<?> one : written) {
        one.get();
      }
    }
  }
}
