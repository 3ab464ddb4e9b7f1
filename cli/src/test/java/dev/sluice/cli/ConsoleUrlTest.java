package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ConsoleUrlTest {
  private final ConsoleUrl urls = new ConsoleUrl();

  @ParameterizedTest
  @CsvSource({
    "http://localhost:8080, http://localhost:8080",
    "http://localhost:8080//, http://localhost:8080",
    "HTTPS://sluice.example/console/, HTTPS://sluice.example/console",
    "http://[::1]:8080, http://[::1]:8080"
  })
  void pathsCanBeAppended(String text, String url) {
    assertThat(urls.convert(text)).isEqualTo(URI.create(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "localhost",
        "localhost:8080",
        "http://",
        "http:///console",
        "http://[",
        "ftp://localhost",
        "http://localhost:8080?x=1",
        "http://localhost:8080/#/campaigns"
      })
  void whatIsNoneIsToldHowItMustLook(String text) {
    assertThatThrownBy(() -> urls.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("must look like http://localhost:8080")
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void aHostWithAnUnderscoreIsToldWhatHelps() {
    assertThatThrownBy(() -> urls.convert("http://my_console:8080"))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("underscore")
        .hasMessageContaining("alias");
  }
}
