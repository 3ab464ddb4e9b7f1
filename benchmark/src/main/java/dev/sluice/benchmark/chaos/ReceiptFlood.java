package dev.sluice.benchmark.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.benchmark.fleet.Fleet;
import dev.sluice.benchmark.fleet.RoleJvm;
import dev.sluice.benchmark.guarantee.CampaignRun;
import dev.sluice.benchmark.guarantee.CountersEqualRows;
import dev.sluice.local.SeparateInfrastructure;
import dev.sluice.local.TestEnvironment;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Many receipts, unordered and partly duplicated, as Meta sends them after a large campaign. */
public final class ReceiptFlood {
  private static final String SECRET = "app-secret";
  private static final int BATCH = 50;
  private static final int CALLS_AT_A_TIME = 16;
  private static final double TWICE = 0.3;

  private final int receipts;
  private final long seed;
  private final Consumer<String> story;

  /**
   * Creates a run.
   *
   * @param story receives a line for each measurement
   */
  public ReceiptFlood(int receipts, long seed, Consumer<String> story) {
    this.receipts = receipts;
    this.seed = seed;
    this.story = story;
  }

  /** Runs it, with console and aggregator as processes. */
  public void run() throws Exception {
    try (SeparateInfrastructure servers = new SeparateInfrastructure(1)) {
      TestEnvironment environment = TestEnvironment.create(servers, 1);
      try (CampaignRun campaign = new CampaignRun(environment, receipts * 2 / 5, 80, 1);
          Fleet fleet =
              new Fleet(environment, "http://localhost:1", Map.of("WHATSAPP_APP_SECRET", SECRET))) {
        RoleJvm console = fleet.start("console 1");
        fleet.start("status-aggregator 1");
        await().atMost(Duration.ofMinutes(1)).until(fleet::ready);
        campaign.callAllSent();
        run(console, campaign);
      }
    }
  }

  private void run(RoleJvm console, CampaignRun campaign) throws Exception {
    Random random = new Random(seed);
    Map<RecipientStatus, Long> expected = new EnumMap<>(RecipientStatus.class);
    List<Map<String, Object>> all = new ArrayList<>();
    for (long recipient : campaign.statuses().keySet()) {
      List<String> course =
          random.nextBoolean()
              ? List.of("sent", "delivered", "read")
              : List.of("sent", "delivered");
      for (String status : course) {
        Map<String, Object> receipt = receipt(campaign, recipient, status);
        all.add(receipt);
        if (random.nextDouble() < TWICE) {
          all.add(receipt);
        }
      }
      expected.merge(
          course.size() == 3 ? RecipientStatus.READ : RecipientStatus.DELIVERED, 1L, Long::sum);
    }
    Collections.shuffle(all, random);
    long begun = System.nanoTime();
    deliver(console, all);
    double seconds = (System.nanoTime() - begun) / 1e9;
    story.accept(
        String.format(
            Locale.ROOT,
            "%,d receipts (%.0f %% of them twice) in calls of %d: acknowledged in %.1f s, %,.0f/s",
            all.size(),
            100 * TWICE,
            BATCH,
            seconds,
            all.size() / seconds));
    await()
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(() -> assertThat(campaign.counts()).isEqualTo(expected));
    new CountersEqualRows(campaign).verify();
    story.accept(
        String.format(
            Locale.ROOT,
            "rows and counters exact %.1f s after the first call: %s",
            (System.nanoTime() - begun) / 1e9,
            expected));
  }

  private static Map<String, Object> receipt(CampaignRun campaign, long recipient, String status) {
    Map<String, Object> receipt = new LinkedHashMap<>();
    receipt.put("id", "wamid." + recipient);
    receipt.put("status", status);
    receipt.put("timestamp", Long.toString(Instant.now().getEpochSecond()));
    receipt.put("recipient_id", "5511960000000");
    receipt.put("biz_opaque_callback_data", campaign.id() + ":" + recipient + ":1");
    return receipt;
  }

  private static void deliver(RoleJvm console, List<Map<String, Object>> all)
      throws InterruptedException {
    Semaphore calls = new Semaphore(CALLS_AT_A_TIME);
    AtomicInteger refused = new AtomicInteger();
    try (HttpClient http = HttpClient.newHttpClient()) {
      for (int from = 0; from < all.size(); from += BATCH) {
        byte[] body = body(all.subList(from, Math.min(all.size(), from + BATCH)));
        calls.acquire();
        Thread.ofVirtual()
            .start(() -> {
              try {
                if (!call(http, console, body)) {
                  refused.incrementAndGet();
                }
              } finally {
                calls.release();
              }
            });
      }
      calls.acquire(CALLS_AT_A_TIME);
    }
    assertThat(refused).as("calls that were refused").hasValue(0);
  }

  private static boolean call(HttpClient http, RoleJvm console, byte[] body) {
    try {
      return http.send(
                  HttpRequest.newBuilder(URI.create(console.url() + "/webhooks/whatsapp"))
                      .header("X-Hub-Signature-256", "sha256=" + signature(body))
                      .POST(BodyPublishers.ofByteArray(body))
                      .build(),
                  BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static byte[] body(List<Map<String, Object>> statuses) {
    Map<String, Object> value =
        Map.of(
            "messaging_product",
            "whatsapp",
            "metadata",
            Map.of("phone_number_id", "106540352242922"),
            "statuses",
            statuses);
    return Json.write(
        Map.of(
            "object",
            "whatsapp_business_account",
            "entry",
            List.of(
                Map.of(
                    "id", "1", "changes", List.of(Map.of("field", "messages", "value", value))))));
  }

  private static String signature(byte[] body) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }
}
