package dev.sluice.benchmark.chaos;

import dev.sluice.schema.CampaignCommand;
import dev.sluice.schema.Json;
import dev.sluice.schema.LaneKey;
import dev.sluice.schema.OnDoubt;
import dev.sluice.schema.SendRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;

/** Faults in the requests that are queued for the workers. */
final class RequestFaults {
  private static final int MANY = 20_000;
  private static final int LARGEST = 1_048_000;

  private RequestFaults() {}

  static Incident paused(Scene scene) {
    CampaignRun victim = scene.victim(20_000, 800);
    return Incident.passing(
        () -> {
          victim.start();
          Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> scene.taken(victim) > 100);
          scene.command(CampaignCommand.Action.PAUSE, victim);
          scene.flush();
        },
        () -> scene.command(CampaignCommand.Action.CANCEL, victim));
  }

  static Incident blocked(Scene scene) {
    CampaignRun victim = scene.victim(20_000, 800);
    return Incident.passing(
        () -> {
          scene.sql("UPDATE sluice.sender SET provider = 'nobody' WHERE id = ?", victim.sender());
          victim.start();
        },
        () -> {
          scene.command(CampaignCommand.Action.CANCEL, victim);
          // A blocked sender would keep the workers unready for the faults that follow.
          scene.unblock(victim.sender());
        });
  }

  static Incident unreadable(Scene scene) {
    return Incident.lasting(() -> {
      for (int i = 0; i < MANY; i++) {
        scene.request(
            new LaneKey("nobody", i % Scene.PARTITIONS),
            "{\"no\":\"request\"}".getBytes(StandardCharsets.UTF_8));
      }
      scene.flush();
    });
  }

  /** Their provider is unknown, so each would be requeued, a bit larger each time. */
  static Incident growing(Scene scene) {
    return Incident.lasting(() -> {
      for (int i = 0; i < 20; i++) {
        LaneKey lane = new LaneKey("growing", i % Scene.PARTITIONS);
        byte[] small = Json.write(request(lane, 80, Json.MAPPER.readTree("{\"text\":\"\"}")));
        String filling = "x".repeat(LARGEST - small.length);
        JsonNode message = Json.MAPPER.readTree("{\"text\":\"" + filling + "\"}");
        scene.request(lane, Json.write(request(lane, 80, message)));
      }
      scene.flush();
    });
  }

  /** Rates alternate between one below the minimum and the minimum. */
  static Incident absurdRates(Scene scene) {
    return Incident.lasting(() -> {
      JsonNode message = Json.MAPPER.readTree("{\"type\":\"text\",\"text\":{\"body\":\"x\"}}");
      for (int i = 0; i < MANY; i++) {
        LaneKey lane = new LaneKey("absurd", i % Scene.PARTITIONS);
        LaneKey slow = new LaneKey("slowest", i % Scene.PARTITIONS);
        SendRequest slowest = request("whatsapp", i, slow, SendRequest.SLOWEST, message);
        scene.request(slow, Json.write(slowest));
        String sane = new String(Json.write(request(lane, 80, message)), StandardCharsets.UTF_8);
        String absurd = sane.replace("\"permitsPerSecond\":80.0", "\"permitsPerSecond\":1.0E-9");
        scene.request(lane, absurd.getBytes(StandardCharsets.UTF_8));
      }
      scene.flush();
    });
  }

  private static SendRequest request(LaneKey lane, double rate, JsonNode message) {
    return request("nobody", 1, lane, rate, message);
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
