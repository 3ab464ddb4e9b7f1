package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumberZonesTest {
  private static final String WINTER = "2027-01-10T12:00:00Z";
  private static final String SUMMER = "2027-07-10T12:00:00Z";

  @ParameterizedTest
  @CsvSource({
    "+4915112345678, Europe/Berlin",
    "+5511960000001, America/Sao_Paulo",
    "+5592960000001, America/Manaus",
    "+819012345678, Asia/Tokyo",
    "+12124567890, America/New_York",
  })
  void aNumberTellsItsTimeZoneByItsCountryOrAreaCode(String phone, String zone) {
    assertThat(zones("UTC", WINTER).of(phone)).isEqualTo(zone);
  }

  @ParameterizedTest
  @CsvSource({
    "Australia/Sydney, +61412345678",
    "Europe/Moscow, +79161234567",
    "Europe/Madrid, +34612345678",
  })
  void ofSeveralTheCampaignsOwnIsTaken(String own, String phone) {
    assertThat(zones(own, WINTER).of(phone)).isEqualTo(own);
  }

  /** The numbers' data names one zone of those with the same clocks, and not always this one. */
  @ParameterizedTest
  @CsvSource({
    "Australia/Melbourne, +61412345678",
    "Asia/Tomsk, +79161234567",
    "US/Eastern, +12124567890",
  })
  void alsoIfItHasAnotherNameThere(String own, String phone) {
    assertThat(zones(own, WINTER).of(phone)).isEqualTo(own);
    assertThat(zones(own, SUMMER).of(phone)).isEqualTo(own);
  }

  /** In winter its clocks agree with those of the Canary Islands, in summer with nobody's there. */
  @ParameterizedTest
  @ValueSource(strings = {WINTER, SUMMER})
  void aZoneWhoseClocksAgreeForAWhileIsNotTaken(String sent) {
    assertThat(zones("UTC", sent).of("+34612345678")).isEqualTo("Atlantic/Canary");
  }

  /** The sun reaches it last: whoever lives further east is sent to later in their day. */
  @ParameterizedTest
  @CsvSource({
    "+34612345678, Atlantic/Canary",
    "+61412345678, Indian/Cocos",
    // Arizona and a corner of it that has summer time.
    "+19282831234, America/Phoenix",
  })
  void elseTheWesternmostIsTakenSoThatNobodyIsSentToBeforeTheTime(String phone, String zone) {
    assertThat(zones("Asia/Tokyo", WINTER).of(phone)).isEqualTo(zone);
    assertThat(zones("Asia/Tokyo", SUMMER).of(phone)).isEqualTo(zone);
  }

  @Test
  void aNumberOfNoPlaceHasNone() {
    assertThat(zones("Europe/Berlin", WINTER).of("+80012345678")).isNull();
    assertThat(zones("Europe/Berlin", WINTER).of("+999")).isNull();
  }

  /** Other programs write it. */
  @Test
  void aCampaignsZoneThatIsNoneHindersNobody() {
    assertThat(zones("Mars/Olympus", WINTER).of("+4915112345678")).isEqualTo("Europe/Berlin");
  }

  private static NumberZones zones(String own, String sent) {
    return new NumberZones(own, Instant.parse(sent));
  }
}
