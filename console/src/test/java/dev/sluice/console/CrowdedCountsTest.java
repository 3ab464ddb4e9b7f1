package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What is counted for lists and checks, while the counting takes too long. */
class CrowdedCountsTest {
  private static final Crowd CROWD = new Crowd();

  @AfterAll
  static void close() {
    CROWD.close();
  }

  /** The campaigns' recipients cannot be counted while they are locked. */
  @Test
  void whoWatchesManyCampaignsHoldsUpNobodyWhoReads() throws Exception {
    List<Socket> viewers = new ArrayList<>();
    try (TableLock lock = CROWD.lock("campaign_recipient")) {
      for (int i = 0; i < 5; i++) {
        viewers.add(
            CROWD.api.begin(
                "GET /api/campaigns/"
                    + CROWD.create("brazil")
                    + "/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
      }
      await().until(() -> lock.waiting() == 1);

      assertThat(CROWD.api.get("/api/senders").statusCode()).isEqualTo(200);
    } finally {
      for (Socket viewer : viewers) {
        viewer.close();
      }
    }
  }

  /** As if there were too many of them: otherwise the campaign to be paused could not be found. */
  @Test
  void aDraftWhoseRecipientsTakeTooLongToCountIsListedBesideTheOthers() throws Exception {
    // Of the others' recipients, earlier counts may be kept.
    String draft = CROWD.create("brazil");
    try (TableLock _ = CROWD.lock("campaign_recipient");
        Socket viewer =
            CROWD.api.begin("GET /api/campaigns/events HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
      HttpResponse<byte[]> list = CROWD.api.get("/api/campaigns?search=Spring");

      assertThat(list.statusCode()).isEqualTo(200);
      assertThat(row(list, draft).path("total").isNull()).isTrue();
      assertThat(row(list, draft).path("pending").isNull()).isTrue();
      assertThat(row(list, CROWD.sending).path("total").asInt()).isEqualTo(9);
      assertThat(Api.json(CROWD.api.get("/api/campaigns/" + draft)).path("total").isNull())
          .isTrue();
      assertThat(Crowd.read(viewer)).startsWith("HTTP/1.1 200");
    }
  }

  /**
   * A sender may have written to very many, and the campaigns that wait for its limit are listed,
   * with the reason if it is known.
   */
  @Test
  void aSenderWhoseDayTakesTooLongToCountIsListedBesideTheOthers() throws Exception {
    CROWD.sql(
        "INSERT INTO sluice.sender (id, address, daily_limit) VALUES ('a1', '1', 1), ('a2', '1',"
            + " 1)");
    CROWD.sql("INSERT INTO sluice.sender_recipient (sender_id, phone) VALUES ('a1', '+5511')");
    String waiting = CROWD.create("a1");
    CROWD.sql("UPDATE sluice.campaign SET status = 'SENDING' WHERE id = '" + waiting + "'");
    assertThat(reason(waiting)).contains("daily limit");
    try (TableLock _ = CROWD.lock("sender_recipient")) {
      HttpResponse<byte[]> senders = CROWD.api.get("/api/senders");

      assertThat(senders.statusCode()).isEqualTo(200);
      assertThat(row(senders, "a1").path("usedIn24Hours").asInt()).isEqualTo(1);
      assertThat(row(senders, "a2").path("usedIn24Hours").isNull()).isTrue();
      assertThat(CROWD.api.get("/api/campaigns").statusCode()).isEqualTo(200);
      assertThat(reason(waiting)).contains("daily limit");
    }
  }

  private static String reason(String campaign) {
    return Api.json(CROWD.api.get("/api/campaigns/" + campaign)).path("statusReason").asString("");
  }

  private static JsonNode row(HttpResponse<byte[]> list, String id) {
    return Api.json(list)
        .valueStream()
        .filter(row -> row.path("id").asString().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whoStartsACampaignWhoseRecipientsNobodyCouldLookThroughIsTold() throws Exception {
    String first = CROWD.lacking();
    String second = CROWD.lacking();
    try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor();
        TableLock lock = CROWD.lock("campaign_recipient")) {
      people.execute(() -> start(first));
      await().until(() -> lock.waiting() == 1);

      HttpResponse<byte[]> answer = start(second);

      assertThat(answer.statusCode()).isEqualTo(202);
      assertThat(Api.json(answer).path("unchecked").asBoolean(false)).isTrue();
      HttpResponse<byte[]> scheduled =
          CROWD.api.patch("/api/campaigns/" + second, "{\"scheduledAt\":\"2099-01-01T00:00:00Z\"}");
      assertThat(Api.json(scheduled).path("unchecked").asBoolean(false)).isTrue();
    }
  }

  private static HttpResponse<byte[]> start(String campaign) {
    return CROWD.api.post("/api/campaigns/" + campaign + "/start", "", "");
  }
}
