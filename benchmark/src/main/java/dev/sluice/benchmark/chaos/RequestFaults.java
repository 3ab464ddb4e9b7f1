package dev.sluice.benchmark.chaos;

import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.runtime.kafka.EventType;
import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/** Faults in the requests that are queued for the workers. */
final class RequestFaults {
  private static final String GROWING = "growing";
  private static final int LARGE_ONES = 20;

  /** A record that the provider's copy of its message fits into, but a worker's copy does not. */
  private static final int LARGEST = 999_600;

  private RequestFaults() {}

  static Incident paused(Scene scene) {
    return new Paused(scene, scene.victim(20_000, 800));
  }

  /** A pause that returns the queued requests to the producer. */
  private static final class Paused implements Incident {
    private final Scene scene;
    private final CampaignRun victim;
    private double returnedBefore;

    Paused(Scene scene, CampaignRun victim) {
      this.scene = scene;
      this.victim = victim;
    }

    @Override
    public void begin() throws Exception {
      victim.start();
      await().atMost(Duration.ofMinutes(2)).until(() -> scene.taken(victim) > 100);
      returnedBefore = returned(scene);
      scene.command(CampaignCommand.Action.PAUSE, victim);
      scene.flush();
    }

    @Override
    public void tookPlace() {
      await("it is paused, and what was queued is returned")
          .atMost(Duration.ofMinutes(1))
          .until(
              () -> victim.status() == CampaignStatus.PAUSED && returned(scene) > returnedBefore);
    }

    @Override
    public void end() throws Exception {
      scene.command(CampaignCommand.Action.CANCEL, victim);
    }
  }

  private static double returned(Scene scene) throws InterruptedException {
    return scene.metric("sluice_worker_records_total", EventType.RETURNED_REQUEST.text());
  }

  static Incident blocked(Scene scene) {
    CampaignRun victim = scene.victim(20_000, 800);
    return Incident.passing(
        () -> {
          scene.sql("UPDATE sluice.sender SET provider = 'nobody' WHERE id = ?", victim.sender());
          victim.start();
        },
        () ->
            scene.awaitLine(
                "provider of " + victim.sender() + ": this worker knows no provider \"nobody\""),
        () -> {
          scene.command(CampaignCommand.Action.CANCEL, victim);
          // A blocked sender would keep the workers unready for the faults that follow.
          scene.unblock(victim.sender());
        });
  }

  static Incident unreadable(Scene scene) {
    Tail letters = scene.deadLetters();
    int many = many(scene);
    return Incident.lasting(
        () -> {
          for (int i = 0; i < many; i++) {
            scene.request(
                new LaneKey("nobody", i % Scene.PARTITIONS),
                "{\"no\":\"request\"}".getBytes(StandardCharsets.UTF_8));
          }
          scene.flush();
        },
        () -> letters.awaitLetters(many, scene.environment().kafka().topics().sendRequests(), ""));
  }

  /**
   * Tests, as nothing else is put back to wait for long. The provider wants ten minutes, and what
   * is put back says so, which makes it too large.
   */
  static Incident growing(Scene scene) {
    Tail results = scene.tail(scene.environment().kafka().topics().sendResults());
    String refusal = "\\+5511940000.*=134101";
    return Incident.passing(
        () -> {
          scene.refuse(refusal);
          for (int i = 0; i < LARGE_ONES; i++) {
            int small = Json.write(test(i, "")).length;
            scene.request(
                new LaneKey(GROWING, 0), Json.write(test(i, "x".repeat(LARGEST - small))));
          }
          scene.flush();
        },
        () ->
            results.await(
                LARGE_ONES,
                "requests that were too large to be put back",
                result ->
                    new String(result.value(), StandardCharsets.UTF_8)
                        .contains("message_too_large")),
        () -> scene.refuseNoLonger(refusal));
  }

  private static SendRequest test(int number, String text) {
    return SendRequest.test(
        number,
        new UUID(0, 1),
        new SendRequest.Sender(GROWING, "whatsapp", GROWING),
        80,
        "+5511940000001",
        Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"" + text + "\"}}"));
  }

  static Incident absurdRates(Scene scene) {
    return new AbsurdRates(scene, scene.deadLetters());
  }

  /** Rates alternate between one that is out of bounds and the minimum. */
  private static final class AbsurdRates implements Incident {
    private final Scene scene;
    private final Tail letters;
    private double returnedBefore;

    AbsurdRates(Scene scene, Tail letters) {
      this.scene = scene;
      this.letters = letters;
    }

    @Override
    public void begin() throws Exception {
      returnedBefore = returned(scene);
      JsonNode message = Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"x\"}}");
      for (int i = 0; i < many(scene); i++) {
        LaneKey lane = new LaneKey("absurd", i % Scene.PARTITIONS);
        LaneKey slow = new LaneKey("slowest", i % Scene.PARTITIONS);
        SendRequest slowest = request("whatsapp", i, slow, SendRequest.SLOWEST, message);
        scene.request(slow, Json.write(slowest));
        String sane =
            new String(Json.write(request("nobody", 1, lane, 80, message)), StandardCharsets.UTF_8);
        // The second is read as infinity.
        String absurd =
            sane.replace(
                "\"permitsPerSecond\":80.0",
                "\"permitsPerSecond\":" + (i % 8 < 4 ? "1.0E-9" : "1.0E999"));
        scene.request(lane, absurd.getBytes(StandardCharsets.UTF_8));
      }
      scene.flush();
    }

    @Override
    public void tookPlace() {
      letters.awaitLetters(
          many(scene),
          scene.environment().kafka().topics().sendRequests(),
          "permitsPerSecond must be");
      await("slow ones are returned")
          .atMost(Duration.ofMinutes(1))
          .until(() -> returned(scene) > returnedBefore);
    }
  }

  /** Returns how many records make many. */
  private static int many(Scene scene) {
    return scene.measured() ? 20_000 : 1_000;
  }

  private static SendRequest request(
      String provider, long recipient, LaneKey lane, double rate, JsonNode message) {
    return new SendRequest(
        recipient,
        new UUID(0, 1),
        1,
        new SendRequest.Sender(lane.sender(), provider, "nowhere"),
        lane.lane(),
        rate,
        "+5511960000001",
        message,
        OnDoubt.HOLD,
        0,
        null);
  }
}
