package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrequencyCapTest {
  @Test
  void isReadFromMessagesAndDays() {
    assertThat(FrequencyCap.parse("3/7")).isEqualTo(new FrequencyCap(3, 7));
    assertThat(FrequencyCap.parse("3/7")).hasToString("3 messages in 7 days");
    assertThat(FrequencyCap.parse("1/1")).hasToString("1 message in 1 day");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "3", "3/", "/7", "3/7/1", "-3/7", "3 / 7", "0/7", "3/0", "1001/7", "3/91"})
  void anythingElseIsRefusedInWords(String text) {
    assertThatThrownBy(() -> FrequencyCap.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("a frequency cap is");
  }
}
