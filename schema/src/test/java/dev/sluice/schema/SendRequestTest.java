package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SendRequestTest {
  private static final String GOOD =
      """
      {"recipientId":1,"campaignId":"3f2a0000-0000-0000-0000-000000000001","round":1,
       "sender":{"id":"s","provider":"whatsapp","address":"1"},"lane":0,"permitsPerSecond":80,
       "to":"+5511960000000","message":{},"attempts":0}
      """;

  @Test
  void readsWhatTheProducerWrites() {
    SendRequest request = read(GOOD);

    assertThat(request.onDoubt()).isEqualTo(OnDoubt.HOLD);
    assertThat(read(new String(Json.write(request), StandardCharsets.UTF_8))).isEqualTo(request);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "permitsPerSecond":80   | "permitsPerSecond":1e-9         | permitsPerSecond must be from
          "permitsPerSecond":80   | "permitsPerSecond":0            | permitsPerSecond must be from
          "permitsPerSecond":80   | "permitsPerSecond":"Infinity"   | permitsPerSecond must be from
          "permitsPerSecond":80   | "permitsPerSecond":"NaN"        | permitsPerSecond must be from
          "permitsPerSecond":80   | "permitsPerSecond":1000001      | permitsPerSecond must be from
          "lane":0                | "lane":-1                       | lane must be from 0 to 999
          "lane":0                | "lane":1000                     | lane must be from 0 to 999
          "attempts":0            | "attempts":-1                   | attempts must be from 0 to 1000
          "attempts":0            | "attempts":2000000000           | attempts must be from 0 to 1000
          "round":1               | "round":0                       | round must be from 1
          "to":"+5511960000000"   | "to":""                         | to must have 1 to 32 characters
          "provider":"whatsapp"   | "provider":""                   | sender.provider must have 1 to 100
          """)
  void refusesWhatIsOutOfBoundsWithTheFieldsName(String good, String bad, String reason) {
    assertThatThrownBy(() -> read(GOOD.replace(good, bad)))
        .isInstanceOf(UnreadableEventException.class)
        .hasMessageContaining(reason);
  }

  /** Which take thirty times their bytes in memory. */
  @Test
  void boundsThePartsOfAMessage() {
    assertThat(read(manyParts(1_999)).message()).hasSize(1_999);

    assertThatThrownBy(() -> read(manyParts(2_000)))
        .isInstanceOf(UnreadableEventException.class)
        .hasMessageContaining("message must have at most 2000 fields and values");
  }

  private static String manyParts(int parts) {
    return GOOD.replace("\"message\":{}", "\"message\":[1" + ",{}".repeat(parts - 1) + "]");
  }

  @Test
  void boundsTheLengthOfTexts() {
    assertThatThrownBy(
            () -> read(GOOD.replace("\"id\":\"s\"", "\"id\":\"" + "s".repeat(101) + "\"")))
        .hasMessageContaining("sender.id must have 1 to 100 characters");
  }

  @Test
  void itsTextHoldsNeitherNumberNorMessage() {
    assertThat(read(GOOD.replace("{},\"attempts\"", "{\"body\":\"Olá Ana\"},\"attempts\"")))
        .hasToString(
            "SendRequest[recipient 1 of campaign 3f2a0000-0000-0000-0000-000000000001, round 1,"
                + " lane s/0]");
  }

  @Test
  void aDeadLettersReasonIsCut() {
    assertThat(new DeadLetter("t", 0, 0, "x".repeat(5_000)).reason()).hasSize(1_000);
  }

  @Test
  void textIsNeverCutWithinACharacter() {
    assertThat(Clipped.to(2, "a😀b")).isEqualTo("a");
    assertThat(Clipped.to(3, "a😀b")).isEqualTo("a😀");
    assertThat(Clipped.to(5, "a\0b")).isEqualTo("a\ufffdb");
    assertThat(Clipped.orNull(3, null)).isNull();
  }

  private static SendRequest read(String text) {
    return Json.read(text.getBytes(StandardCharsets.UTF_8), SendRequest.class);
  }
}
