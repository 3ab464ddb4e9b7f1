package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PhoneBeginningsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "BR|(11) 99999-0001|+11999990001 +5511999990001",
        "BR|011 99999-0001|+5511999990001",
        "BR|0 15 11 99999-0001|+5511999990001 +551511999990001",
        "BR|0055 11 99999-0001|+5511999990001",
        "BR|55 11 99999-0001|+5511999990001 +555511999990001",
        "BR|(11) 99|+1199 +551199",
        "BR|5|+5",
        "DE|0151 234|+49151234",
        "DE|+49 (0)30 901820|+49030901820 +4930901820",
        "|55 (11) 96|+551196",
        "|00 55 11|+5511",
        "|+5511|+5511",
        "|+|+",
        "|011|",
        "|nobody|",
        "|+1234567890123456|",
      })
  void whatIsTypedIsFoundHoweverItIsWritten(
      @Nullable String region, String typed, @Nullable String expected) {
    PhoneBeginnings beginnings = new PhoneBeginnings(new PhoneNumbers(Optional.ofNullable(region)));

    assertThat(beginnings.of(typed))
        .containsExactlyInAnyOrderElementsOf(
            expected == null ? List.of() : List.of(expected.split(" ")));
  }
}
