package dev.sluice.providers.whatsapp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.providers.spi.SendOutcome;
import dev.sluice.schema.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ErrorAnswersTest {

  @Test
  void goesByTheErrorsCodeNotByTheStatus() {
    assertThat(outcome(400, "{\"code\":130429}")).isInstanceOf(SendOutcome.Throttled.class);
    assertThat(outcome(400, "{\"code\":\"131026\",\"message\":\"m\"}"))
        .isEqualTo(new SendOutcome.Refused("131026", "m"));
    assertThat(outcome(400, "{\"code\":131056}")).isInstanceOf(SendOutcome.PairLimited.class);
    assertThat(outcome(500, "{\"code\":3}")).isInstanceOf(SendOutcome.SenderBlocked.class);
  }

  @Test
  void goesByTheStatusWhereTheCodeIsUnknown() {
    assertThat(outcome(429, "{\"code\":99}")).isInstanceOf(SendOutcome.Throttled.class);
    assertThat(outcome(500, "{\"code\":99}")).isInstanceOf(SendOutcome.InDoubt.class);
    assertThat(outcome(503, "{\"code\":99}")).isInstanceOf(SendOutcome.Unavailable.class);
    assertThat(outcome(403, "{\"code\":99}")).isInstanceOf(SendOutcome.BadRequest.class);
  }

  @Test
  void anAnswerFromSomethingInBetweenLeavesTheMessageInDoubt() {
    JsonNode none = Json.MAPPER.missingNode();

    assertThat(ErrorAnswers.outcome(502, none, null, false))
        .isInstanceOf(SendOutcome.InDoubt.class);
    assertThat(ErrorAnswers.outcome(504, none, null, false))
        .isInstanceOf(SendOutcome.InDoubt.class);
    assertThat(ErrorAnswers.outcome(503, none, null, true))
        .isInstanceOf(SendOutcome.Unavailable.class);
  }

  /** "Something went wrong" does not tell how far the message got. */
  @ParameterizedTest
  @CsvSource({"500, 131000", "500, 1", "502, 131000", "500, 99", "504, 99"})
  void aServerErrorThatDoesNotSayThatNothingWasSentLeavesTheMessageInDoubt(int status, int code) {
    assertThat(outcome(status, "{\"code\":" + code + "}")).isInstanceOf(SendOutcome.InDoubt.class);
    assertThat(tolerant(status, code)).isInstanceOf(SendOutcome.Unavailable.class);
  }

  @ParameterizedTest
  @CsvSource({"503, 2", "500, 131016", "503, 133004", "500, 131057", "500, 2494100"})
  void whatTheApiSaysItDidNotTakeIsTriedAgain(int status, int code) {
    assertThat(outcome(status, "{\"code\":" + code + "}"))
        .isInstanceOf(SendOutcome.Unavailable.class);
  }

  @Test
  void anUnknownErrorThatIsNoServerErrorIsTriedAgain() {
    assertThat(outcome(400, "{\"code\":1}")).isInstanceOf(SendOutcome.TryAgain.class);
  }

  private static SendOutcome outcome(int status, String error) {
    return ErrorAnswers.outcome(status, Json.MAPPER.readTree(error), null, true);
  }

  private static SendOutcome tolerant(int status, int code) {
    return ErrorAnswers.outcome(
        status, Json.MAPPER.readTree("{\"code\":" + code + "}"), null, false);
  }
}
