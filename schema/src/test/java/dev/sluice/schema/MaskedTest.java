package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MaskedTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          value "+5511960000001" | value "+5511*******01"
          +55 (11) 96000-0001, then | +55 (**) *****-**01, then
          5511960000001 | 55119******01
          campaign 01234567-8901-4234-8901-234567890123 | campaign 01234567-8901-4234-8901-234567890123
          longer than 67108864 bytes | longer than 67108864 bytes
          at 2026-11-25T01:40:00+00:00 | at 2026-11-25T01:40:00+00:00
          """)
  void onlyPhoneNumbersAreMasked(String words, String masked) {
    assertThat(Masked.line(words)).isEqualTo(masked);
  }

  @Test
  void nobodyWritesALineOfTheirOwn() {
    assertThat(Masked.line("crm\r\n12:00:00 INFO audit: who=root\u2028x"))
        .isEqualTo("crm 12:00:00 INFO audit: who=root x");
  }

  @Test
  void aDeadLettersReasonIsOneLineWithoutNumbers() {
    List<Header> headers =
        new DeadLetter("t", 0, 1, "not a number: \"+5511960000001\nx\"").headers();

    assertThat(new String(headers.get(3).value(), StandardCharsets.UTF_8))
        .isEqualTo("not a number: \"+5511*******01 x\"");
  }
}
