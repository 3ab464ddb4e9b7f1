package dev.sluice.console.webhook;

import static dev.sluice.console.WebhookFixture.SECRET;
import static dev.sluice.console.WebhookFixture.signature;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.console.WebhookFixture;
import dev.sluice.schema.RecipientStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Calls that the provider has signed and that are not expected. None gets a server error, none
 * writes anything untrue, and what stands beside the odd item in the same call is taken.
 */
class HostileWebhooksTest {
  private static final WebhookFixture FIXTURE = WebhookFixture.create();
  private static final AtomicInteger NEXT = new AtomicInteger();

  @AfterAll
  static void stop() {
    FIXTURE.close();
  }

  /** An odd item in a list; beside it are a receipt and an opt-out that must be taken. */
  record Odd(String list, String item) {
    @Override
    public String toString() {
      return list + " " + (item.length() > 100 ? item.substring(0, 100) + "…" : item);
    }
  }

  static Stream<Odd> items() {
    return Stream.of(statuses(), messages(), preferences(), contacts(), troubles())
        .flatMap(List::stream);
  }

  private static List<Odd> odd(String list, String... items) {
    return Stream.of(items).map(item -> new Odd(list, item)).toList();
  }

  private static List<Odd> statuses() {
    String ours = "\"status\":\"sent\",\"id\":\"wamid.odd\"";
    return odd(
        "statuses",
        "null",
        "7",
        "\"sent\"",
        "[]",
        "{}",
        "[[[[[[[[]]]]]]]]",
        "{\"status\":null}",
        "{\"status\":[\"sent\"]}",
        "{\"status\":\"deleted\"}",
        "{\"status\":\"SENT\"}",
        "{\"status\":\"" + "s".repeat(100_000) + "\"}",
        "{\"status\":\"sent\"}",
        "{\"status\":\"sent\",\"id\":null}",
        "{\"status\":\"sent\",\"id\":{}}",
        "{\"status\":\"sent\",\"id\":\"a\\u0000b\"}",
        "{\"status\":\"sent\",\"id\":\"\\ud800\"}",
        "{\"status\":\"sent\",\"id\":\"" + "w".repeat(100_000) + "\"}",
        "{\"status\":\"sent\",\"id\":" + "9".repeat(900_000) + "}",
        "{" + ours + ",\"timestamp\":" + "9".repeat(900_000) + "}",
        "{" + ours + ",\"timestamp\":\"" + "9".repeat(900_000) + "\"}",
        "{" + ours + ",\"timestamp\":1e308}",
        "{" + ours + ",\"timestamp\":1e999999999}",
        "{" + ours + ",\"timestamp\":-9223372036854775808}",
        "{" + ours + ",\"timestamp\":9223372036854775807}",
        "{" + ours + ",\"timestamp\":0." + "1".repeat(300_000) + "}",
        "{" + ours + ",\"timestamp\":\"2026-05-01T00:00:00Z\"}",
        "{" + ours + ",\"biz_opaque_callback_data\":\"';DROP TABLE sluice.campaign;--\"}",
        "{" + ours + ",\"biz_opaque_callback_data\":\"" + "-".repeat(36) + ":1:1\"}",
        "{" + ours + ",\"biz_opaque_callback_data\":\"x:999999999999999999999:1\"}",
        "{" + ours + ",\"biz_opaque_callback_data\":{\"a\":1}}",
        "{" + ours + ",\"biz_opaque_callback_data\":\"" + "1".repeat(500_000) + "\"}",
        "{\"status\":\"failed\",\"id\":\"wamid.odd\",\"errors\":7}",
        "{\"status\":\"failed\",\"id\":\"wamid.odd\",\"errors\":[null]}",
        "{\"status\":\"failed\",\"id\":\"wamid.odd\",\"errors\":[{\"code\":\""
            + "1".repeat(900)
            + "\"}]}",
        "{\"status\":\"failed\",\"id\":\"wamid.odd\",\"errors\":[{\"code\":1e400}]}",
        "{\"status\":\"failed\",\"id\":\"wamid.odd\",\"errors\":[{\"code\":1,\"title\":\"a\\u0000\"}]}");
  }

  private static List<Odd> messages() {
    String stop = "\"type\":\"text\",\"text\":{\"body\":\"stop\"}";
    return odd(
        "messages",
        "null",
        "{" + stop + "}",
        "{\"from\":null," + stop + "}",
        "{\"from\":\"\"," + stop + "}",
        "{\"from\":\"+\"," + stop + "}",
        "{\"from\":\"+abc\"," + stop + "}",
        "{\"from_user_id\":\"+abc\"," + stop + "}",
        "{\"from\":\"a b\"," + stop + "}",
        "{\"from\":\"a\\u0000b\"," + stop + "}",
        "{\"from\":\"\\ud83d\"," + stop + "}",
        "{\"from\":{\"wa_id\":\"5511970000001\"}," + stop + "}",
        "{\"from\":[\"5511970000001\"]," + stop + "}",
        "{\"from\":true," + stop + "}",
        "{\"from\":-5511970000001," + stop + "}",
        "{\"from\":5511970000001.5," + stop + "}",
        "{\"from\":" + "5".repeat(900_000) + "," + stop + "}",
        "{\"from\":\"" + "B".repeat(200) + "\"," + stop + "}",
        "{\"from\":\"'); DROP TABLE sluice.opt_out; --\"," + stop + "}",
        "{\"from\":\"5511970000001\",\"type\":\"text\",\"text\":\"stop\"}",
        "{\"from\":\"5511970000001\",\"type\":\"text\",\"text\":{\"body\":[\"stop\"]}}",
        "{\"from\":\"5511970000001\",\"type\":\"text\",\"text\":{\"body\":\""
            + "STOP ".repeat(100_000)
            + "\"}}",
        "{\"from\":\"5511970000001\",\"type\":[\"text\"],\"text\":{\"body\":\"stop\"}}",
        "{\"id\":7,\"from\":\"5511970000001\",\"type\":\"image\",\"image\":7,\"context\":7}",
        "{\"id\":\"a\\u0000b\",\"type\":\"text\",\"text\":{\"body\":\"Hi\"},\"context\":{\"id\":[]}}",
        "{\"id\":\"wamid.odd\",\"from\":null,\"type\":\"text\",\"text\":{\"body\":\"\\ud800\"},"
            + "\"context\":{\"id\":\""
            + "w".repeat(100_000)
            + "\"}}",
        "{\"from\":\"5511970000001\",\"type\":\"system\"}",
        "{\"from\":\"5511970000001\",\"type\":\"system\",\"system\":{\"type\":\"user_changed_number\"}}",
        "{\"type\":\"system\",\"system\":{\"type\":\"user_changed_number\",\"wa_id\":\"x y\"}}",
        "{\"from\":\"5511970000001\",\"type\":\"system\",\"system\":{\"type\":\"user_changed_user_id\","
            + "\"user_id\":\"\\u0000\",\"previous_user_id\":\"a\\tb\"}}");
  }

  private static List<Odd> preferences() {
    return odd(
        "user_preferences",
        "null",
        "{}",
        "{\"value\":\"stop\"}",
        "{\"wa_id\":\"\\u0000\",\"value\":\"stop\"}",
        "{\"wa_id\":\"5511970000001\",\"value\":\"maybe\"}",
        "{\"wa_id\":\"5511970000001\",\"value\":{\"stop\":true}}",
        "{\"wa_id\":" + "1".repeat(300_000) + ",\"value\":\"stop\",\"timestamp\":-1e400}");
  }

  private static List<Odd> contacts() {
    return odd(
        "contacts",
        "null",
        "{\"wa_id\":\"\\u0000\",\"user_id\":{}}",
        "{\"wa_id\":" + "1".repeat(300_000) + "}");
  }

  private static List<Odd> troubles() {
    return odd("errors", "null", "{\"code\":\"x\"}", "{\"code\":-1}", "{\"code\":1e999}");
  }

  @ParameterizedTest
  @MethodSource("items")
  void anOddItemHarmsNoneBesideIt(Odd odd) throws Exception {
    UUID campaign = UUID.randomUUID();
    String number = "5511980%06d".formatted(NEXT.incrementAndGet());
    List<Long> before = written();
    StringBuilder body = new StringBuilder("{\"entry\":[{\"id\":\"1\",\"changes\":[");
    for (int place = 0; place < 2; place++) {
      body.append("{\"field\":\"messages\",\"value\":{");
      for (String list :
          List.of("contacts", "errors", "statuses", "messages", "user_preferences")) {
        String good = place == 0 ? "" : good(list, campaign, number);
        String item = list.equals(odd.list()) ? odd.item() : "";
        String between = good.isEmpty() || item.isEmpty() ? "" : ",";
        body.append('"').append(list).append("\":[").append(item).append(between).append(good);
        body.append("],");
      }
      body.append("\"end\":0}}").append(place == 0 ? "," : "");
    }
    body.append("]}]}");

    assertThat(FIXTURE.post(body.toString())).isEqualTo(200);

    assertTaken(campaign, number);
    assertThat(written())
        .as("and nothing else")
        .isEqualTo(List.of(before.get(0) + 1, before.get(1)));
  }

  /** Whole bodies that are no calls, or hardly. */
  static Stream<String> calls() {
    String good = "{\"field\":\"messages\",\"value\":%s}";
    return Stream.of(
        "",
        " ",
        "null",
        "7",
        "\"text\"",
        "[]",
        "{}",
        "{",
        "{\"entry\":",
        "{\"entry\":7}",
        "{\"entry\":null}",
        "{\"entry\":{\"changes\":{\"value\":{\"statuses\":{}}}}}",
        "{\"entry\":[null,7,[],{}]}",
        "{\"entry\":[{\"changes\":7}]}",
        "{\"entry\":[{\"changes\":[null,7,[[]],{\"value\":null},{\"value\":[]}]}]}",
        "{\"entry\":[{\"changes\":["
            + good.formatted("{\"statuses\":\"x\",\"messages\":9}")
            + "]}]}",
        "{\"entry\":[{\"id\":{},\"time\":\"\\u0000\",\"changes\":[" + good.formatted("7") + "]}]}",
        "[".repeat(1_000_000),
        "{\"a\":".repeat(300_000),
        "{\"entry\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}",
        "{\"entry\":[" + "{},".repeat(500_000) + "{}]}",
        "{\"" + "k".repeat(2_000_000) + "\":1}",
        "{\"a\":" + "9".repeat(2_900_000) + "}",
        "{\"a\":\"\\ud800\",\"a\":1,\"a\":NaN}",
        "{}{}",
        "{} garbage",
        "\ufeff{}",
        event("message_template_status_update", "null"),
        event("message_template_status_update", "{\"event\":\"PAUSED\"}"),
        event(
            "message_template_status_update",
            "{\"event\":\"PAUSED\",\"message_template_name\":\"\\u0000\"}"),
        event(
            "message_template_status_update",
            "{\"event\":\"DISABLED\",\"message_template_name\":\"none\","
                + "\"message_template_language\":{},\"other_info\":7,\"reason\":[]}"),
        event("account_update", "[]"),
        event("account_update", "{\"event\":7}"),
        event("account_update", "{\"event\":\"DISABLED_UPDATE\",\"ban_info\":\"DISABLE\"}"),
        event(
            "account_update",
            "{\"event\":\"DISABLED_UPDATE\",\"ban_info\":{\"waba_ban_state\":[]}}"),
        event("\\u0000\\n".repeat(1_000), "{}"),
        event("account_alerts", "{\"event\":\"a\\r\\nWARN forged\\u0000\"}"));
  }

  private static String event(String field, String value) {
    return "{\"entry\":[{\"id\":\"1\",\"time\":99999999999999999999,\"changes\":[{\"field\":\""
        + field
        + "\",\"value\":"
        + value
        + "}]}]}";
  }

  @ParameterizedTest
  @MethodSource("calls")
  void aCallThatIsNoneWritesNothingAndDoesNotComeAgain(String body) throws Exception {
    List<Long> before = written();

    assertThat(FIXTURE.post(body)).isEqualTo(200);

    assertThat(written()).isEqualTo(before);
    assertThat(FIXTURE.results()).hasSize(NEXT.get());
  }

  @ParameterizedTest
  @MethodSource("bytes")
  void brokenCharactersSpoilAWordAndNotTheCall(byte[] broken) throws Exception {
    UUID campaign = UUID.randomUUID();
    String number = "5511980%06d".formatted(NEXT.incrementAndGet());
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(
        "{\"entry\":[{\"changes\":[{\"value\":{\"x\":\"".getBytes(StandardCharsets.UTF_8));
    body.writeBytes(broken);
    String rest =
        "\",\"statuses\":[%s],\"messages\":[%s]}}]}]}"
            .formatted(good("statuses", campaign, number), good("messages", campaign, number));
    body.writeBytes(rest.getBytes(StandardCharsets.UTF_8));

    assertThat(FIXTURE.post(body.toByteArray(), signature(SECRET, body.toByteArray())))
        .isEqualTo(200);
    assertTaken(campaign, number);
  }

  static Stream<byte[]> bytes() {
    return Stream.of(
        new byte[] {(byte) 0xff},
        new byte[] {(byte) 0xc3},
        new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80},
        new byte[] {(byte) 0xf8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80});
  }

  private static String good(String list, UUID campaign, String number) {
    return switch (list) {
      case "statuses" ->
          "{\"id\":\"wamid.good\",\"status\":\"delivered\",\"timestamp\":\"1750030073\","
              + "\"biz_opaque_callback_data\":\""
              + campaign
              + ":1:1\"}";
      case "messages" ->
          "{\"from\":\"" + number + "\",\"type\":\"text\",\"text\":{\"body\":\"STOP\"}}";
      default -> "";
    };
  }

  private static void assertTaken(UUID campaign, String number) {
    int taken = NEXT.get();
    assertThat(FIXTURE.results())
        .hasSize(taken)
        .filteredOn(result -> result.campaignId().equals(campaign))
        .singleElement()
        .satisfies(result -> assertThat(result.status()).isEqualTo(RecipientStatus.DELIVERED));
    assertThat(FIXTURE.suppressed("+" + number)).isTrue();
  }

  /**
   * Returns how many numbers are suppressed, and the count of everything else that a call may
   * write.
   */
  private static List<Long> written() {
    DSLContext sql = FIXTURE.sql();
    return List.of(
        sql.fetchSingle("SELECT count(*) FROM sluice.suppression").get(0, Long.class),
        sql.fetchSingle(
                "SELECT (SELECT count(*) FROM sluice.opt_out) + (SELECT count(*) FROM sluice.alias)"
                    + " + (SELECT count(*) FROM sluice.renamed)")
            .get(0, Long.class));
  }
}
