package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.benchmark.guarantee.EverybodySettled;
import dev.sluice.benchmark.guarantee.RateHeld;
import dev.sluice.benchmark.guarantee.SentOnce;
import dev.sluice.local.Infrastructure;
import dev.sluice.local.SimulatorConfig;
import dev.sluice.local.TestEnvironment;
import dev.sluice.local.WhatsAppSimulator;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.UnreadableEventException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Pauses a campaign with 10 s of work queued, while another of the same sender uses the same lane.
 * The held requests go back, which frees the lane, and come again after the resume.
 */
public final class Holding {
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** How much must be queued when the campaign is paused, s at the rate. */
  private static final int LEAST_QUEUED = 10;

  /** The producer fills it up in fifths, so at least four of them are queued. */
  private static final String WORK_AHEAD = "15s";

  /** Recipients of each campaign, s at the rate. Its queue is full for more than half of that. */
  private static final int PEOPLE = 35;

  private final Infrastructure servers;
  private final double rate;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param rate the sender's rate, messages/s
   * @param story receives a line for each measurement
   */
  public Holding(Infrastructure servers, double rate, Consumer<String> story) {
    this.servers = servers;
    this.rate = rate;
    this.story = story;
  }

  /**
   * Pauses and resumes, with this many kills of roles in between.
   *
   * @throws AssertionError if a recipient is lost or sent to twice, or the other campaign is held
   *     up
   */
  public void run(int kills) throws Exception {
    TestEnvironment environment = TestEnvironment.create(servers, 2);
    int people = (int) (rate * PEOPLE);
    try (WhatsAppSimulator simulator =
            new WhatsAppSimulator(
                SimulatorConfig.friendly(rate * 2)
                    .withLatency(Duration.ofMillis(30), Duration.ofMillis(100)));
        CampaignRun held = new CampaignRun(environment, people, rate, 1);
        CampaignRun other = held.another(people);
        Fleet fleet =
            new Fleet(
                environment,
                simulator.url(),
                Fleet.sayingWhen(Map.of("SLUICE_WORK_AHEAD", WORK_AHEAD)));
        Scene scene = new Scene(environment, simulator, fleet, true)) {
      RateHeld pace = new RateHeld(simulator, CampaignRun.ADDRESS, rate, 1);
      fleet.start("producer", 2);
      fleet.start("status-aggregator", 1);
      fleet.start("worker", 2);
      await("everybody is ready").atMost(PATIENCE).until(fleet::ready);
      held.start();
      await("sending").atMost(PATIENCE).until(() -> accepted(simulator, held) > 2 * rate);
      awaitQueue(environment, simulator, held, people);
      Instant paused = command(scene, CampaignCommand.Action.PAUSE, held);
      other.start();
      if (kills == 0) {
        beside(simulator, other);
      } else {
        trouble(kills, fleet, scene, held);
      }
      Instant resumed = command(scene, CampaignCommand.Action.RESUME, held);
      await("both complete").atMost(PATIENCE).until(() -> held.completed() && other.completed());
      judge(simulator, held, other);
      story.accept(pace.toString());
      pace.verify();
      if (kills == 0) {
        long rewritten =
            requests(environment, held).stream()
                .filter(at -> at.isAfter(paused.plusSeconds(1)) && at.isBefore(resumed))
                .count();
        story.accept(rewritten + " requests of the paused campaign were written while it lasted");
        assertThat(rewritten).isZero();
      }
    }
  }

  private void awaitQueue(
      TestEnvironment environment, WhatsAppSimulator simulator, CampaignRun held, int people) {
    await("ten seconds of work are queued")
        .atMost(PATIENCE)
        .until(() -> {
          int written = requests(environment, held).size();
          long queued = written - accepted(simulator, held);
          if (queued > LEAST_QUEUED * rate) {
            story.accept(queued + " requests are queued");
            return true;
          }
          assertThat(written)
              .as(
                  "requests written while at most %d were queued, fewer than %d s of work: this"
                      + " machine is too busy to measure it",
                  queued, LEAST_QUEUED)
              .isLessThan(people);
          return false;
        });
  }

  private void beside(WhatsAppSimulator simulator, CampaignRun other) {
    await("the other one is at its pace")
        .atMost(PATIENCE)
        .until(() -> accepted(simulator, other) > 2 * rate);
    long before = accepted(simulator, other);
    long begunNanos = System.nanoTime();
    await().atMost(PATIENCE).until(() -> accepted(simulator, other) - before > 12 * rate);
    double seconds = (System.nanoTime() - begunNanos) / 1e9;
    double reached = (accepted(simulator, other) - before) / seconds;
    story.accept(
        String.format(
            Locale.ROOT,
            "beside the paused campaign the other one sent %.1f/s of %.0f/s over %.0f s",
            reached,
            rate,
            seconds));
    assertThat(reached).isGreaterThanOrEqualTo(0.95 * rate);
  }

  private void trouble(int kills, Fleet fleet, Scene scene, CampaignRun held) throws Exception {
    List<String> victims = List.of("worker 1", "producer 1", "worker 2", "producer 2");
    for (int i = 0; i < kills; i++) {
      command(
          scene, i % 2 == 0 ? CampaignCommand.Action.RESUME : CampaignCommand.Action.PAUSE, held);
      String victim = victims.get(i % victims.size());
      story.accept("SIGKILL " + victim);
      fleet.kill(victim);
      fleet.start(victim);
      await("everybody is back").atMost(PATIENCE).until(fleet::ready);
    }
  }

  private static Instant command(Scene scene, CampaignCommand.Action action, CampaignRun campaign)
      throws Exception {
    scene.command(action, campaign);
    scene.flush();
    return Instant.now();
  }

  private void judge(WhatsAppSimulator simulator, CampaignRun held, CampaignRun other) {
    for (CampaignRun campaign : List.of(held, other)) {
      new SentOnce(simulator, campaign).verify();
      new EverybodySettled(campaign).verify();
      new CountersEqualRows(campaign).verify();
    }
    story.accept(
        String.format(
            Locale.ROOT,
            "%d accepted, %d twice; the paused one %s, the other one %s",
            simulator.report().accepted(),
            simulator.report().duplicates(),
            held.counts(),
            other.counts()));
    assertThat(held.counts()).doesNotContainKey(RecipientStatus.PENDING);
  }

  private static long accepted(WhatsAppSimulator simulator, CampaignRun campaign) {
    return simulator.accepted().countOf(campaign.id() + ":");
  }

  /** Returns when each request of the campaign was written. */
  private static List<Instant> requests(TestEnvironment environment, CampaignRun campaign) {
    List<Instant> times = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            environment.kafka().client(Map.of("isolation.level", "read_committed")),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(environment.kafka().topics().sendRequests()).stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        consumer
            .poll(Duration.ofMillis(200))
            .forEach(record -> {
              try {
                if (Json.read(record.value(), SendRequest.class)
                    .campaignId()
                    .equals(campaign.id())) {
                  times.add(Instant.ofEpochMilli(record.timestamp()));
                }
              } catch (UnreadableEventException e) {
                throw new AssertionError("somebody else wrote here", e);
              }
            });
      }
    }
    return times;
  }
}
