package dev.sluice.console.campaign;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeZonesTest {
  @ParameterizedTest
  @ValueSource(strings = {"America/Sao_Paulo", "UTC", "GMT", "Etc/GMT+3", "EST5EDT"})
  void regionsAreTaken(String name) {
    assertThatCode(() -> TimeZones.requireRegion(name)).doesNotThrowAnyException();
  }

  /** No browser knows them. */
  @ParameterizedTest
  @CsvSource({
    "GMT-3, Etc/GMT+3 is",
    "UTC+3, Etc/GMT-3 is",
    "-03:00, Etc/GMT+3 is",
    "Z, UTC is",
    "UT, UTC is",
    "+05:30, like America/Sao_Paulo.",
    "+18:00, like America/Sao_Paulo.",
    "Mars, like America/Sao_Paulo."
  })
  void offsetsAreRefusedWithTheRegionThatIsMeant(String name, String words) {
    assertThatThrownBy(() -> TimeZones.requireRegion(name))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining(words);
  }
}
