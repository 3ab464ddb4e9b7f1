package dev.sluice.console.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DestinationTest {
  private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://crm.example.org/sluice?tenant=7",
        "https://10.0.0.7:8443",
        "http://localhost:3000/",
        "http://127.0.0.1:3000",
        "http://[::1]:3000"
      })
  void isReachedOverTlsOrOnThisMachine(String url) {
    assertThat(to(url, false).url()).hasToString(url);
  }

  @ParameterizedTest
  @CsvSource({
    "http://crm.example.org/, need https",
    "http://localhost.example.org/, need https",
    "ftp://localhost/, need https",
    "https://ana:hunter2@crm.example.org/, without a user",
    "crm.example.org, is like https://",
    "https:///path, is like https://",
    "https://crm.example.org/#top, is like https://"
  })
  void anythingElseIsRefused(String url, String reason) {
    assertThatThrownBy(() -> to(url, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason)
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void anotherMachineIsReachedWithoutTlsIfThatIsAllowed() {
    assertThat(to("http://crm.internal/", true).url()).hasToString("http://crm.internal/");
  }

  @Test
  void aKindOfEventThatDoesNotExistIsNamed() {
    assertThatThrownBy(() ->
            Destination.of(
                URI.create("https://crm.example.org/"),
                SECRET,
                Optional.empty(),
                false,
                List.of("completed", "failed")))
        .hasMessageContaining("\"failed\"");
  }

  /** Addresses of chats and the like are secrets themselves. */
  @Test
  void tellsNeitherThePathNorTheSecret() {
    assertThat(to("https://hooks.example.org:8443/T0/hunter2?key=hunter2", false).toString())
        .contains("https://hooks.example.org:8443")
        .doesNotContain("hunter2", SECRET, "MfKQ");
  }

  private static Destination to(String url, boolean plain) {
    return Destination.of(
        URI.create(url), SECRET, Optional.empty(), plain, List.of("completed", "fault"));
  }
}
