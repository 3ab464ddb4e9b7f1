package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortsTest {
  @ParameterizedTest
  @CsvSource({
    "Permission denied, needs a right that this user does not have",
    "Address already in use, is taken"
  })
  void whatKeepsAPortFromUsIsSaid(String refusal, String words) {
    assertThat(Ports.words(new BindException(refusal))).isEqualTo(words);
  }
}
