package dev.sluice.console.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The example is the one in the tests of Standard Webhooks' own libraries. */
class SignatureTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  private static final String ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  private static final long TIME = 1_614_265_330;
  private static final String BODY = "{\"test\": 2432232314}";
  private static final String SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

  @ParameterizedTest
  @ValueSource(strings = {SECRET, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", " " + SECRET + "\n"})
  void signsAsThePublishedExampleDoes(String secret) {
    assertThat(Signature.with(secret).of(ID, TIME, BODY)).isEqualTo(SIGNATURE);
  }

  @Test
  void whileAReceiverChangesOverThereIsASignatureForEachSecret() {
    String other = "whsec_" + "A".repeat(44);

    assertThat(Signature.with(other + " " + SECRET).of(ID, TIME, BODY).split(" ", -1))
        .hasSize(2)
        .contains(SIGNATURE)
        .contains(Signature.with(other).of(ID, TIME, BODY));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"whsec_", "", "whsec_hunter2", "hunter2 is no base64", "whsec_aHVudGVyMg=="})
  void aSecretThatIsTooShortOrNoneIsRefusedWithoutBeingTold(String secret) {
    assertThatThrownBy(() -> Signature.with(secret))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("whsec_ and 24 to 64 random bytes")
        .hasMessageNotContaining("hunter2");
  }
}
