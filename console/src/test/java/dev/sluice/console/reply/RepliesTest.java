package dev.sluice.console.reply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.console.WebhookFixture;
import dev.sluice.schema.RecipientStatus;
import dev.sluice.schema.Reply;
import dev.sluice.schema.SendResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What recipients write back, as the provider's calls report it. */
class RepliesTest {
  private static final WebhookFixture FIXTURE = WebhookFixture.create();
  private static final AtomicInteger NEXT = new AtomicInteger();

  @AfterAll
  static void stop() {
    FIXTURE.close();
  }

  /** A message without its sender and time. */
  private static String text(String id, String more) {
    return "\"id\":\"%s\",\"type\":\"text\",\"text\":{\"body\":\"Olá\"}%s".formatted(id, more);
  }

  private static String answering(String messageId) {
    return ",\"context\":{\"id\":\"" + messageId + "\"}";
  }

  /** Returns a call about a number of ours with messages from one person. */
  private static String call(String address, String phone, String... messages) {
    StringBuilder items = new StringBuilder();
    for (String message : messages) {
      items
          .append(items.isEmpty() ? "" : ",")
          .append("{\"from\":\"%s\",\"timestamp\":\"%d\",%s}".formatted(phone, seconds(), message));
    }
    return WebhookFixture.value(
        "\"metadata\":{\"phone_number_id\":\"%s\"},\"messages\":[%s]".formatted(address, items));
  }

  private static long seconds() {
    return Instant.now().getEpochSecond();
  }

  private static String newNumber() {
    return "5511970%06d".formatted(NEXT.incrementAndGet());
  }

  private static UUID campaign(String sender, Duration startedBefore) {
    UUID id = FIXTURE.campaign(sender, "SENDING", "{}");
    FIXTURE
        .sql()
        .execute(
            "UPDATE sluice.campaign SET started_at = now() - interval '1 second' * ? WHERE id = ?",
            startedBefore.toSeconds(),
            id);
    return id;
  }

  private static long recipient(
      UUID campaign, String phone, String status, String messageId, Duration changedBefore) {
    return FIXTURE
        .sql()
        .fetchSingle(
            "INSERT INTO sluice.campaign_recipient"
                + " (campaign_id, phone, status, provider_message_id, external_id, updated_at)"
                + " VALUES (?, ?, ?, ?, ?, now() - interval '1 second' * ?) RETURNING id",
            campaign,
            "+" + phone,
            status,
            messageId,
            "crm-" + phone,
            changedBefore.toSeconds())
        .get(0, long.class);
  }

  private static List<String> rows(UUID campaign) {
    return FIXTURE
        .sql()
        .fetch(
            "SELECT concat_ws(' ', recipient_id, kind, text, answered_message_id) AS row"
                + " FROM sluice.reply WHERE campaign_id = ? ORDER BY message_id",
            campaign)
        .getValues("row", String.class);
  }

  private static List<Reply> published(UUID campaign) {
    return FIXTURE.replies().stream().filter(reply -> reply.campaignId().equals(campaign)).toList();
  }

  @Test
  void anOptOutByNobodyIsCountedAsSuchEvenIfItIsAReply() throws Exception {
    FIXTURE.sender("unnamed");
    UUID campaign = campaign("unnamed", Duration.ofDays(1));
    recipient(campaign, newNumber(), "READ", "wamid.unnamed", Duration.ofHours(9));
    double nameless = FIXTURE.counted("message", "nameless");
    double counted = FIXTURE.counted();
    FIXTURE.post(
        call(
            "unnamed",
            "",
            "\"id\":\"wamid.70\",\"type\":\"text\",\"text\":{\"body\":\"STOP\"}"
                + answering("wamid.unnamed")));

    assertThat(rows(campaign)).hasSize(1);
    assertThat(FIXTURE.counted("message", "nameless") - nameless).isEqualTo(1);
    assertThat(FIXTURE.counted() - counted).isEqualTo(1);
  }

  @Test
  void whatAnswersOneOfOurMessagesIsStoredOnceAndPublished() throws Exception {
    FIXTURE.sender("answered");
    UUID campaign = campaign("answered", Duration.ofDays(10));
    String phone = newNumber();
    long recipient = recipient(campaign, phone, "READ", "wamid.ours", Duration.ofDays(9));
    String ours = answering("wamid.ours");
    String call =
        call(
            "answered",
            phone,
            text("wamid.1", ours),
            "\"id\":\"wamid.2\",\"type\":\"button\",\"button\":{\"payload\":\"P\",\"text\":\"Yes\"}"
                + ours,
            "\"id\":\"wamid.3\",\"type\":\"interactive\",\"interactive\":{\"button_reply\":"
                + "{\"id\":\"n\",\"title\":\"No\"}}"
                + ours,
            "\"id\":\"wamid.4\",\"type\":\"image\",\"image\":{\"id\":\"7\"}" + ours,
            "\"id\":{},\"type\":\"text\",\"text\":{\"body\":\"no id\"}" + ours,
            "\"id\":\"wamid.5\",\"type\":\"text\",\"text\":{\"body\":\""
                + "a".repeat(5_000)
                + "\"}"
                + ours,
            "\"id\":\"wamid.50\",\"type\":\"text\",\"text\":{\"body\":\"a\\u0000\\ud800\\nb\"}"
                + ours,
            text("wamid.6", answering("wamid.of-others")));
    double ignored = FIXTURE.counted("message", "ignored");
    double counted = FIXTURE.counted("message", "accepted");

    assertThat(FIXTURE.post(call)).isEqualTo(200);
    assertThat(FIXTURE.post(call)).isEqualTo(200);

    assertThat(rows(campaign))
        .containsExactly(
            recipient + " text Olá wamid.ours",
            recipient + " button Yes wamid.ours",
            recipient + " button No wamid.ours",
            recipient + " other wamid.ours",
            recipient + " text " + "a".repeat(Reply.LONGEST_TEXT) + " wamid.ours",
            recipient + " text a\ufffd b wamid.ours");
    assertThat(published(campaign))
        .hasSize(12)
        .filteredOn(reply -> reply.messageId().equals("wamid.2"))
        .extracting(
            Reply::recipientId,
            Reply::externalId,
            Reply::from,
            Reply::kind,
            Reply::text,
            Reply::answeredMessageId)
        .containsOnly(
            tuple(recipient, "crm-" + phone, "+" + phone, Reply.Kind.BUTTON, "Yes", "wamid.ours"));
    assertThat(FIXTURE.counted("message", "accepted") - counted).isEqualTo(12);
    assertThat(FIXTURE.counted("message", "ignored") - ignored)
        .as("no reply to a campaign")
        .isEqualTo(4);
  }

  @Test
  void whatAnswersNoMessageBelongsToTheNewestCampaignThatReachedThePersonInThreeDays()
      throws Exception {
    FIXTURE.sender("asked");
    FIXTURE.sender("another");
    String phone = newNumber();
    UUID older = campaign("asked", Duration.ofHours(50));
    UUID newest = campaign("asked", Duration.ofHours(40));
    UUID waiting = campaign("asked", Duration.ofHours(30));
    UUID others = campaign("another", Duration.ofHours(1));
    for (UUID one : List.of(older, newest, others)) {
      recipient(one, phone, "DELIVERED", "wamid." + one, Duration.ofHours(39));
    }
    recipient(waiting, phone, "PENDING", null, Duration.ofHours(30));
    String stranger = newNumber();
    recipient(newest, stranger, "READ", "wamid.long-ago", Duration.ofHours(73));

    FIXTURE.post(call("asked", phone, text("wamid.free", "")));
    FIXTURE.post(call("asked", stranger, text("wamid.late", "")));
    FIXTURE.post(call("asked", newNumber(), text("wamid.unknown", "")));
    // The same once more: a campaign that began in between takes nothing away.
    UUID since = campaign("asked", Duration.ofSeconds(5));
    recipient(since, phone, "SENT", "wamid.since", Duration.ZERO);
    FIXTURE.post(call("asked", phone, text("wamid.free", "")));

    assertThat(rows(newest)).singleElement().asString().endsWith(" text Olá");
    assertThat(rows(older)).isEmpty();
    assertThat(rows(waiting)).isEmpty();
    assertThat(rows(others)).isEmpty();
    assertThat(rows(since)).isEmpty();
    assertThat(FIXTURE.replies())
        .filteredOn(reply -> reply.messageId().equals("wamid.free"))
        .hasSize(2)
        .allMatch(reply -> reply.campaignId().equals(newest));
  }

  /** As when the aggregator is behind and the console has started since. */
  @Test
  void whatNamesAMessageThatNobodyKnowsYetIsFoundByThePerson() throws Exception {
    FIXTURE.sender("behind");
    UUID older = campaign("behind", Duration.ofHours(50));
    UUID going = campaign("behind", Duration.ofHours(1));
    UUID cancelled = campaign("behind", Duration.ofMinutes(1));
    FIXTURE
        .sql()
        .execute("UPDATE sluice.campaign SET status = 'CANCELLED' WHERE id = ?", cancelled);
    String phone = newNumber();
    recipient(older, phone, "READ", "wamid.older", Duration.ofHours(49));
    long recipient = recipient(going, phone, "PENDING", null, Duration.ofHours(1));
    recipient(cancelled, phone, "PENDING", null, Duration.ofMinutes(1));
    String stranger = newNumber();
    recipient(older, stranger, "READ", "wamid.strangers", Duration.ofHours(49));

    FIXTURE.post(call("behind", phone, text("wamid.early", answering("wamid.unwritten"))));
    FIXTURE.post(call("behind", phone, text("wamid.plain", "")));
    FIXTURE.post(call("behind", newNumber(), text("wamid.who", answering("wamid.unwritten"))));
    FIXTURE.post(call("behind", stranger, text("wamid.resent", answering("wamid.first"))));

    assertThat(rows(going)).containsExactly(recipient + " text Olá wamid.unwritten");
    assertThat(rows(older))
        .extracting(row -> row.substring(row.indexOf(' ')))
        .containsExactly(" text Olá", " text Olá wamid.first");
    assertThat(rows(cancelled)).isEmpty();
  }

  @Test
  void aPersonIsFoundByAnotherNameOfTheNumber() throws Exception {
    FIXTURE.sender("aliased");
    UUID campaign = campaign("aliased", Duration.ofHours(2));
    String phone = newNumber();
    recipient(campaign, phone, "SENT", "wamid.alias", Duration.ofHours(1));
    FIXTURE
        .sql()
        .execute("INSERT INTO sluice.alias (phone, name) VALUES (?, 'BR.77')", "+" + phone);

    FIXTURE.post(
        call("aliased", "", "\"from_user_id\":\"BR.77\"," + text("wamid.hidden-number", "")));

    assertThat(published(campaign)).singleElement().matches(reply -> reply.from().endsWith(phone));
  }

  @Test
  void repliesAreCountedAndListedTheNewestFirst() throws Exception {
    FIXTURE.sender("listed");
    UUID campaign = campaign("listed", Duration.ofHours(2));
    String phone = newNumber();
    long one = recipient(campaign, phone, "READ", "wamid.listed", Duration.ofHours(1));
    long other = recipient(campaign, newNumber(), "READ", "wamid.listed-2", Duration.ofHours(1));
    FIXTURE
        .sql()
        .execute(
            "INSERT INTO sluice.reply (message_id, campaign_id, recipient_id, kind, text, at)"
                + " SELECT 'wamid.l' || n, ?, CASE n WHEN 100 THEN ? ELSE ? END,"
                + " CASE WHEN n > 200 THEN 'button' ELSE 'text' END,"
                + " CASE WHEN n > 203 THEN 'Yes' WHEN n > 200 THEN 'No' ELSE '=1+1' END, now()"
                + " FROM generate_series(1, 205) AS n ORDER BY n",
            campaign,
            other,
            one);
    String path = "/api/campaigns/" + campaign;

    JsonNode view = FIXTURE.api(path);
    assertThat(view.path("replied").asLong()).isEqualTo(2);
    assertThat(view.path("clicks").toString())
        .isEqualTo("[{\"button\":\"No\",\"count\":3},{\"button\":\"Yes\",\"count\":2}]");
    List<String> listed = new ArrayList<>();
    String after = "";
    do {
      JsonNode page = FIXTURE.api(path + "/replies?after=" + after);
      page.path("replies").forEach(reply -> listed.add(reply.path("messageId").asString()));
      after = page.path("next").asString("");
    } while (!after.isEmpty());
    assertThat(listed)
        .containsExactlyElementsOf(
            IntStream.range(0, 205).mapToObj(i -> "wamid.l" + (205 - i)).toList());
    JsonNode found = FIXTURE.api(path + "/replies?phone=%2B" + phone).path("replies");
    assertThat(found).hasSize(100).allMatch(row -> row.path("phone").asString().endsWith(phone));
    assertThat(FIXTURE.api(path + "/replies?phone=nobody").path("replies")).isEmpty();
    assertThat(FIXTURE.csv(path + "/replies").lines())
        .hasSize(206)
        .contains("phone,externalId,kind,text,at,messageId,answeredMessageId")
        .anyMatch(line -> line.startsWith("+" + phone + ",crm-" + phone + ",text,'=1+1,"));
  }

  @Test
  void anOptOutIsAReplyToo() throws Exception {
    FIXTURE.sender("stopped");
    UUID campaign = campaign("stopped", Duration.ofHours(2));
    String phone = newNumber();
    recipient(campaign, phone, "READ", "wamid.stop", Duration.ofHours(1));

    FIXTURE.post(
        call(
            "stopped",
            phone,
            "\"id\":\"wamid.stopping\",\"type\":\"button\","
                + "\"button\":{\"payload\":\"STOP\",\"text\":\"No more of this\"}"
                + answering("wamid.stop")));

    assertThat(rows(campaign)).singleElement().asString().contains("button No more of this");
    assertThat(FIXTURE.suppressed("+" + phone)).isTrue();
  }

  @Test
  void aMessageIsAnsweredBeforeItsRowIsWritten() throws Exception {
    FIXTURE.sender("quick");
    UUID campaign = campaign("quick", Duration.ofHours(2));
    String phone = newNumber();
    long recipient = recipient(campaign, phone, "PENDING", null, Duration.ofHours(1));
    FIXTURE.result(
        SendResult.of(recipient, campaign, 1, RecipientStatus.SENT, Instant.now())
            .messageId("wamid.quick")
            .attempts(1)
            .build());
    // Under a name by which nobody is found.
    String call =
        call("quick", newNumber(), text("wamid.reply-to-quick", answering("wamid.quick")));

    // The console reads the topic on its own.
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> FIXTURE.post(call) == 200 && !rows(campaign).isEmpty());

    assertThat(rows(campaign)).containsExactly(recipient + " text Olá wamid.quick");
  }
}
