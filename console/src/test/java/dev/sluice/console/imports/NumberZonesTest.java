package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberZonesTest {
  @ParameterizedTest
  @CsvSource({
    "+4915112345678, Europe/Berlin",
    "+5511960000001, America/Sao_Paulo",
    "+5592960000001, America/Manaus",
    "+819012345678, Asia/Tokyo",
    "+12124567890, America/New_York",
  })
  void aNumberTellsItsTimeZoneByItsCountryOrAreaCode(String phone, String zone) {
    assertThat(new NumberZones("UTC").of(phone)).isEqualTo(zone);
  }

  @Test
  void ofSeveralTheCampaignsOwnIsTaken() {
    assertThat(new NumberZones("Australia/Sydney").of("+61412345678"))
        .isEqualTo("Australia/Sydney");
    assertThat(new NumberZones("Europe/Moscow").of("+79161234567")).isEqualTo("Europe/Moscow");
  }

  /** The sun reaches it last: whoever lives further east is sent to later in their day. */
  @Test
  void elseTheWesternmostIsTakenSoThatNobodyIsSentToBeforeTheTime() {
    assertThat(new NumberZones("Europe/Berlin").of("+34612345678")).isEqualTo("Atlantic/Canary");
  }

  @Test
  void aNumberOfNoPlaceHasNone() {
    assertThat(new NumberZones("Europe/Berlin").of("+80012345678")).isNull();
    assertThat(new NumberZones("Europe/Berlin").of("+999")).isNull();
  }
}
