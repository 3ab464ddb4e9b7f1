package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

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
          55 11 96000-0001 | 55 11 *****-**01
          005511960000001 | 00551********01
          (11) 96000-0001 | (11) 9****-**01
          11 96000 0001 | 11 96*** **01
          55.11.96000.0001 | 55.11.*****.**01
          030/1234567 | 030/1****67
          96000-0001 | *****-**01
          9600001 | *****01
          user_5511960000001 | user_55119******01
          ana-5511960000001@10.0.0.12 | ana-55119******01@10.0.0.12
          to5511960000001x | to55119******01x
          sent 2 of 3 - 45 failed | sent 2 of 3 - 45 failed
          cannot reach 192.168.100.112:9092 | cannot reach 192.168.100.112:9092
          at 2026-11-25 01:40:00.123456 | at 2026-11-25 01:40:00.123456
          campaign 01234567-8901-4234-8901-234567890123 | campaign 01234567-8901-4234-8901-234567890123
          longer than 67108864 bytes | longer than 67108864 bytes
          at 2026-11-25T01:40:00+00:00 | at 2026-11-25T01:40:00+00:00
          """)
  void onlyPhoneNumbersAreMasked(String words, String masked) {
    assertThat(Masked.line(words)).isEqualTo(masked);
  }

  @Test
  void nobodyWritesALineOfTheirOwn() {
    assertThat(Masked.line("crm\r\n12:00:00 INFO audit: who=root\u2028x\u0085y\u009b2Jz"))
        .isEqualTo("crm 12:00:00 INFO audit: who=root x y 2Jz");
  }

  @Test
  void aDeadLettersReasonIsOneLineWithoutNumbers() {
    assertThat(new DeadLetter("t", 0, 1, "not a number: \"+5511960000001\nx\"").headers())
        .containsEntry("reason", "not a number: \"+5511*******01 x\"");
  }
}
