package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleClientTest {
  /** A header cannot hold it, and whoever reads standard error must not read it. */
  @ParameterizedTest
  @ValueSource(strings = {"пароль-пароль-пароль", "0123456789\u200babcdef", "two words", "a\u007f"})
  void aTokenThatCannotBeSentIsRefusedAndNotPrinted(String token) {
    assertThatThrownBy(() -> new ConsoleClient("http://localhost", Optional.of(token)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("visible ASCII")
        .hasMessageContaining("SLUICE_API_TOKEN")
        .hasMessageNotContaining(token);
  }

  @ParameterizedTest
  @CsvSource({"ana, ana", "ana@crm, ana@crm", "Иван, %D0%98%D0%B2%D0%B0%D0%BD", "a b, a+b"})
  void anyUsersNameFitsIntoAHeader(String name, String header) {
    assertThat(ConsoleClient.header(name)).isEqualTo(header);
    assertThat(
            HttpRequest.newBuilder(URI.create("http://localhost"))
                .header("Sluice-User", ConsoleClient.header(name))
                .build()
                .headers()
                .map())
        .hasSize(1);
  }
}
