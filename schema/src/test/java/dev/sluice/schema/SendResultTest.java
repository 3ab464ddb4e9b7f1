package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SendResultTest {
  private static final UUID CAMPAIGN = new UUID(0, 1);

  @ParameterizedTest
  @CsvSource({
    "+300000-01-01T00:00:00Z, 2100-01-01T00:00:00Z",
    "-4000-01-01T00:00:00Z, 1970-01-01T00:00:00Z",
    "2026-05-01T00:00:00Z, 2026-05-01T00:00:00Z"
  })
  void itsTimeIsOneThatCanBeStored(String said, Instant stored) {
    SendResult result = read("\"at\":\"" + said + "\"");

    assertThat(result.at()).isEqualTo(stored);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1e30",
        "99999999999999999999",
        "-1e30",
        "\"+9999999999-01-01T00:00:00Z\"",
        "\"soon\"",
        "[]",
        "9223372036854775807",
        "true"
      })
  void aTimeThatIsNoneMakesItUnreadableAndNothingWorse(String at) {
    assertThatThrownBy(() -> read("\"at\":" + at)).isInstanceOf(UnreadableEventException.class);
  }

  @Test
  void aMessageIdThatIsTooLongToBeOneIsLeftOut() {
    assertThat(withMessageId("w".repeat(255)).providerMessageId()).hasSize(255);
    assertThat(withMessageId("w".repeat(8_000)).providerMessageId()).isNull();
    assertThat(withMessageId("a\0b").providerMessageId()).isNull();
  }

  @Test
  void longWordsAreCut() {
    SendResult result = failed("c".repeat(5_000), "d".repeat(100_000));

    assertThat(result.errorCode()).hasSize(100);
    assertThat(result.errorDetail()).hasSize(1_000);
  }

  @Test
  void onlyNamesThatCanBeKeptAreAliasesAndFewOfThem() {
    assertThat(
            read("\"aliases\":[\"a\",null,\"a\",\"\\u0000\",\"x y\",\"\",\"b\"],"
                    + "\"at\":\"2026-05-01T00:00:00Z\"")
                .aliases())
        .containsExactly("a", "b");
    assertThat(
            read("\"aliases\":[\"a\",\"b\",\"c\",\"d\",\"e\"]," + "\"at\":\"2026-05-01T00:00:00Z\"")
                .aliases())
        .hasSize(4);
    assertThat(read("\"aliases\":[],\"at\":\"2026-05-01T00:00:00Z\"").aliases()).isNull();
  }

  @Test
  void aWishIsItsOwnUnlessItSaysOtherwise() {
    String own = "\"at\":\"2026-05-01T00:00:00Z\",\"errorCode\":\"131026\",\"optOut\":";
    Instant at = Instant.parse("2026-05-01T00:00:00Z");

    assertThat(read(own + "false,\"optOutCode\":\"130403\"").wish()).isNull();
    assertThat(read(own + "true").wish()).isEqualTo(new OptOut("131026", at));
    assertThat(read(own + "true,\"optOutAt\":\"2026-04-01T00:00:00Z\"").wish())
        .isEqualTo(new OptOut(null, Instant.parse("2026-04-01T00:00:00Z")));
    assertThat(read(own + "true,\"optOutCode\":\"130403\"").wish())
        .isEqualTo(new OptOut("130403", at));
  }

  @Test
  void theCodeAndTimeOfAWishAreWithinTheirBounds() {
    OptOut wish =
        read("\"at\":\"2026-05-01T00:00:00Z\",\"optOut\":true,\"optOutCode\":\"a\\u0000"
                + "c".repeat(5_000)
                + "\",\"optOutAt\":\"+300000-01-01T00:00:00Z\"")
            .wish();

    assertThat(wish).isNotNull();
    assertThat(wish.code()).hasSize(100).doesNotContain("\0");
    assertThat(wish.at()).isEqualTo(Instant.parse("2100-01-01T00:00:00Z"));
  }

  @Test
  void noCharacterIsCutInHalf() {
    String detail = failed("1", "x".repeat(999) + "😀").errorDetail();

    assertThat(detail).isEqualTo("x".repeat(999));
  }

  @Test
  void attemptsAreWithinTheirBounds() {
    String at = "\"at\":\"2026-05-01T00:00:00Z\",";

    assertThat(read(at + "\"attempts\":-5").attempts()).isZero();
    assertThat(read(at + "\"attempts\":2000000000").attempts()).isEqualTo(32_767);
  }

  /** Otherwise a stream thread that stores one would die of it again and again. */
  @Property
  void whateverWordsItGetsCanBeWrittenAndRead(
      @ForAll String id, @ForAll String code, @ForAll String detail) {
    SendResult result =
        SendResult.of(1, CAMPAIGN, 1, RecipientStatus.FAILED, Instant.now())
            .messageId(id)
            .error(code, "\ud800" + detail)
            .attempts(1)
            .build();

    assertThat(Json.read(Json.write(result), SendResult.class)).isEqualTo(result);
    assertThat(result.errorDetail()).doesNotContain("\0");
  }

  private static SendResult withMessageId(String id) {
    return SendResult.of(1, CAMPAIGN, 1, RecipientStatus.SENT, Instant.EPOCH)
        .messageId(id)
        .attempts(1)
        .build();
  }

  private static SendResult failed(String code, String detail) {
    return SendResult.of(1, CAMPAIGN, 1, RecipientStatus.FAILED, Instant.EPOCH)
        .error(code, detail)
        .attempts(1)
        .build();
  }

  private static SendResult read(String fields) {
    String json =
        "{\"recipientId\":1,\"campaignId\":\""
            + CAMPAIGN
            + "\",\"round\":1,\"status\":\"SENT\","
            + fields
            + "}";
    return Json.read(json.getBytes(StandardCharsets.UTF_8), SendResult.class);
  }
}
