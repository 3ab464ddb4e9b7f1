package dev.sluice.demo;

import static dev.sluice.demo.PipelineFixture.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.sluice.cli.ConsoleClient;
import dev.sluice.local.Refusal;
import dev.sluice.local.WhatsAppSimulator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Tests every code that the Cloud API documents, from the provider's response through all services
 * to the row. Each code has its own recipient, whose number makes the simulator answer with it.
 */
class EveryCodeIT {
  /** A code and the HTTP status of its response. */
  private record Code(int code, int status) {
    String number() {
      return "+5511960%06d".formatted(code % 1_000_000);
    }

    Refusal refusal() {
      return Refusal.parse("\\" + number() + "=" + code + "/" + status);
    }
  }

  /** Codes for which the recipient fails for good. */
  private static final List<Code> FAILS =
      codes(
          400, 131026, 131021, 131030, 131047, 131049, 130472, 137000, 100, 131008, 131009, 132000,
          132012, 132018, 131053, 131052, 132005, 135000, 999_999);

  private static final List<Code> COUNTRY = codes(403, 130497);

  /** Codes for which the recipient fails and is suppressed. */
  private static final List<Code> OPTS_OUT = codes(400, 131050, 130403);

  /** Codes that stop the campaign and fail no recipient. */
  private static final List<Code> STOPS =
      codes(
          400, 131051, 132001, 132007, 132015, 132016, 131063, 131055, 134100, 134102, 132068,
          132069);

  /** Codes that block the sender and fail no recipient. */
  private static final List<Code> BLOCKS =
      Stream.of(
              codes(401, 0, 190),
              codes(500, 3, 131045),
              codes(403, 10, 200, 299, 131005, 368, 131031),
              codes(429, 131048),
              codes(
                  400, 131064, 133016, 104, 33, 803, 131042, 131037, 133010, 133000, 133006, 133015,
                  134011))
          .flatMap(List::stream)
          .toList();

  /** Codes after which the message is soon retried and sent. */
  private static final List<Code> SOON =
      Stream.of(
              codes(429, 130429), codes(400, 1, 131056), codes(500, 131016), codes(503, 2, 133004))
          .flatMap(List::stream)
          .toList();

  /** Codes that leave the message in doubt, so that it is not retried. */
  private static final List<Code> IN_DOUBT = codes(500, 131000);

  /** Codes after which the message waits for at least a minute and does not fail. */
  private static final List<Code> LATER =
      Stream.of(
              codes(429, 4, 80007, 17, 32, 613), codes(500, 131057, 2_494_100), codes(400, 134101))
          .flatMap(List::stream)
          .toList();

  private final PipelineFixture pipeline = new PipelineFixture(4);
  private final DSLContext sql = pipeline.sql();
  private final ConsoleClient console = new ConsoleClient(pipeline.uri("").toString());
  private final WhatsAppSimulator simulator = pipeline.simulator(PipelineFixture.friendly());

  private static List<Code> codes(int status, int... codes) {
    return IntStream.of(codes).mapToObj(code -> new Code(code, status)).toList();
  }

  @BeforeEach
  void start() {
    pipeline.start(simulator, settings -> settings);
  }

  @AfterEach
  void stop() {
    console.close();
    pipeline.close();
  }

  @Test
  void everyDocumentedCodeDoesWhatTheTableSays() {
    List<Code> all =
        Stream.of(FAILS, COUNTRY, OPTS_OUT, STOPS, BLOCKS, SOON, LATER, IN_DOUBT)
            .flatMap(List::stream)
            .toList();
    // The codes must not share a number: the simulator answers a number with the first match.
    assertThat(all.stream().map(Code::number).distinct()).hasSameSizeAs(all);
    simulator.setRefusals(all.stream().map(Code::refusal).toList());

    UUID failing =
        campaign("failing", Stream.of(FAILS, COUNTRY, OPTS_OUT).flatMap(List::stream).toList());
    Map<Code, UUID> alone = new TreeMap<>(java.util.Comparator.comparingInt(Code::code));
    Stream.of(STOPS, BLOCKS, SOON, LATER, IN_DOUBT)
        .flatMap(List::stream)
        .forEach(code -> alone.put(code, campaign("s" + code.code(), List.of(code))));

    await().atMost(PATIENCE).until(() -> pipeline.isCompleted(failing));
    Map<String, Record> rows = pipeline.recipients(failing);
    Stream.of(FAILS, COUNTRY, OPTS_OUT)
        .flatMap(List::stream)
        .forEach(code -> {
          Record row = rows.get(code.number());
          assertThat(row.get("status")).as("%d", code.code()).isEqualTo("FAILED");
          assertThat(row.get("error_code")).isEqualTo(Integer.toString(code.code()));
        });
    assertThat(sql.fetch("SELECT phone FROM sluice.suppression").map(row -> row.get(0)))
        .containsExactlyInAnyOrderElementsOf(OPTS_OUT.stream().map(Code::number).toList());

    for (Code code : STOPS) {
      await("%d stops the campaign".formatted(code.code()))
          .atMost(PATIENCE)
          .until(() ->
              status(alone.get(code)).equals("PAUSED")
                  && reason(alone.get(code)).contains(Integer.toString(code.code())));
      assertPending(code, alone.get(code));
      assertThat(console.get("/api/senders/s" + code.code()).path("blocked").asBoolean())
          .as("%d blocks nobody", code.code())
          .isFalse();
    }
    for (Code code : BLOCKS) {
      await("%d blocks the sender".formatted(code.code()))
          .atMost(PATIENCE)
          .until(() -> {
            JsonNode sender = console.get("/api/senders/s" + code.code());
            return sender.path("blocked").asBoolean()
                && sender.path("blockReason").asString("").startsWith(code.code() + ":");
          });
      assertPending(code, alone.get(code));
    }
    for (Code code : LATER) {
      assertPending(code, alone.get(code));
    }
    for (Code code : IN_DOUBT) {
      await("%d leaves it in doubt".formatted(code.code()))
          .atMost(PATIENCE)
          .until(() -> pipeline.isCompleted(alone.get(code)));
      assertThat(pipeline.recipients(alone.get(code)).get(code.number()).get("status"))
          .as("%d", code.code())
          .isEqualTo("UNCONFIRMED");
    }

    // All causes are fixed.
    simulator.setRefusals(List.of());
    for (Code code : SOON) {
      await("%d is tried again".formatted(code.code()))
          .atMost(PATIENCE)
          .until(() -> pipeline.isCompleted(alone.get(code)));
      assertThat(pipeline.recipients(alone.get(code)).get(code.number()).get("status"))
          .as("%d", code.code())
          .isEqualTo("SENT");
    }
    for (Code code : STOPS) {
      console.post("/api/campaigns/" + alone.get(code) + "/resume", Map.of());
    }
    for (Code code : BLOCKS) {
      console.post("/api/senders/s" + code.code() + "/unblock", Map.of());
    }
    List<Code> mended = new ArrayList<>(STOPS);
    mended.addAll(BLOCKS);
    for (Code code : mended) {
      await("%d is over".formatted(code.code()))
          .atMost(PATIENCE)
          .until(() -> pipeline.isCompleted(alone.get(code)));
      assertThat(pipeline.recipients(alone.get(code)).get(code.number()).get("status"))
          .isEqualTo("SENT");
    }
    assertThat(simulator.report().duplicates()).isZero();
  }

  private void assertPending(Code code, UUID campaign) {
    Record row = pipeline.recipients(campaign).get(code.number());
    assertThat(row.get("status")).as("%d", code.code()).isEqualTo("PENDING");
  }

  /** Creates and starts a campaign with its own sender. */
  private UUID campaign(String sender, List<Code> codes) {
    sql.execute(
        "INSERT INTO sluice.sender (id, address, rate_per_second) VALUES (?, ?, 200)",
        sender,
        "address-" + sender);
    UUID id =
        sql.fetchSingle(
                """
                INSERT INTO sluice.campaign (name, sender_id, message)
                VALUES ('codes', ?, '{"type":"text","text":{"body":"Hi"}}') RETURNING id
                """,
                sender)
            .get(0, UUID.class);
    for (Code code : codes) {
      sql.execute(
          "INSERT INTO sluice.campaign_recipient (campaign_id, phone) VALUES (?, ?)",
          id,
          code.number());
    }
    console.post("/api/campaigns/" + id + "/start", Map.of());
    return id;
  }

  private String status(UUID campaign) {
    return pipeline.campaign(campaign).get("status", String.class);
  }

  private String reason(UUID campaign) {
    return console.get("/api/campaigns/" + campaign).path("statusReason").asString("");
  }
}
