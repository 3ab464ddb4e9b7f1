package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PhoneNumbersTest {
  private final PhoneNumbers anywhere = new PhoneNumbers(Optional.empty());
  private final PhoneNumbers brazil = new PhoneNumbers(Optional.of("BR"));
  private final PhoneNumbers germany = new PhoneNumbers(Optional.of("DE"));

  @ParameterizedTest
  @CsvSource({
    "+5511960000001, +5511960000001",
    "+55 (11) 96000-0001, +5511960000001",
    "+49 170 1234567, +491701234567"
  })
  void turnsWhatPeopleWriteIntoE164(String written, String e164) {
    assertThat(anywhere.parse(written)).isEqualTo(new PhoneNumbers.Valid(e164));
  }

  @Test
  void addsTheCountryCodeOfTheDefaultRegion() {
    assertThat(brazil.parse("(11) 96000-0001")).isEqualTo(new PhoneNumbers.Valid("+5511960000001"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "005511960000001 | +5511960000001",
        "00 55 (11) 96000-0001 | +5511960000001",
        "(00) 49 170 1234567 | +491701234567",
        "'+5511960000001 | +5511960000001",
        "=\"+5511960000001\" | +5511960000001",
        "+5511960000001.0 | +5511960000001",
        "tel:+55-11-96000-0001 | +5511960000001",
        "00\u00a055 11 96000-0001 | +5511960000001",
        "\u202a005511960000001\u202c | +5511960000001",
        "00-55-11-96000-0001 | +5511960000001",
        "00.55.11.96000.0001 | +5511960000001"
      })
  void understandsTheSignForAbroadAndWhatSpreadsheetsMakeOfNumbers(String written, String e164) {
    assertThat(anywhere.parse(written)).isEqualTo(new PhoneNumbers.Valid(e164));
    assertThat(brazil.parse(written)).isEqualTo(new PhoneNumbers.Valid(e164));
  }

  @ParameterizedTest
  @CsvSource({
    "SG, 001 65 6123 4567, +6561234567",
    "SG, 0065 6123 4567, +6561234567",
    "AU, 0011 65 6123 4567, +6561234567",
    "AU, 0065 6123 4567, +6561234567",
    "KR, 008 1 650 253 0000, +16502530000",
    "US, 011 65 6123 4567, +6561234567",
    "US, 001 650 253 0000, +16502530000",
    "SG, 00\u00a065 6123 4567, +6561234567",
    "SG, \u202a0065 6123 4567\u202c, +6561234567",
    "SG, 00-65 6123 4567, +6561234567",
    "SG, 00.65 6123 4567, +6561234567",
    "BR, 00 15 1 650 253 0000, +16502530000",
    "BR, 00 55 48 99922-1234, +5548999221234"
  })
  void theSignForAbroadIsThatOfTheRegion(String region, String written, String e164) {
    assertThat(new PhoneNumbers(Optional.of(region)).parse(written))
        .isEqualTo(new PhoneNumbers.Valid(e164));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(0xx11) 96000-0001",
        "0XX 11 96000-0001",
        "(0xx)11 96000.0001",
        "+55 (0xx11) 96000-0001"
      })
  void xxStandsForTheCarrierInBrazil(String written) {
    assertThat(anywhere.parse(written)).isEqualTo(new PhoneNumbers.Valid("+5511960000001"));
    assertThat(germany.parse(written)).isEqualTo(new PhoneNumbers.Valid("+5511960000001"));
    assertThat(brazil.parse("0xx1")).isInstanceOf(PhoneNumbers.Invalid.class);
  }

  @Test
  void aNumberThatASpreadsheetHasShortenedIsNotGuessed() {
    assertThat(brazil.parse("5,51196E+12"))
        .isInstanceOfSatisfying(
            PhoneNumbers.Invalid.class,
            invalid -> assertThat(invalid.reason()).contains("spreadsheet has shortened"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4930123456.0 | +4930123456",
        "4930123456.00 | +4930123456",
        "4930123456,00 | +4930123456",
        "+4930123456.000 | +4930123456",
        "4,930,123,456.00 | +4930123456",
        "4\u00a0930\u00a0123\u00a0456,00 | +4930123456",
        "4,930,123,456 | +4930123456",
        "+4,930,123,456 | +4930123456",
        "4’930’123’456 | +4930123456",
        "030.123456 | +4930123456",
        "03.01.23.45.67 | +49301234567",
        "030/123456 | +4930123456",
        "0049 (0)4193 / 1234567 | +4941931234567"
      })
  void separatorsWithinANumberAreNotItsEnd(String written, String e164) {
    assertThat(germany.parse(written)).isEqualTo(new PhoneNumbers.Valid(e164));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "4930123456.50 | not a phone number, as it has decimals",
        "4930123456,5 | not a phone number, as it has decimals",
        "4930123456.125 | not a phone number, as it has decimals",
        "030 1234567/68 | two numbers in one cell",
        "030 1234567; 030 1234568 | two numbers in one cell",
        "030 123456,030 123457 | two numbers in one cell",
        "4930123456.0 / 4930123457.0 | two numbers in one cell",
        "+4930123456+4930123457 | two numbers in one cell",
        "2024-01-02 | not a phone number, but a date",
        "2024/1/2 00:00:00 | not a phone number, but a date",
        "2024-01-02T10:00:00Z | not a phone number, but a date",
        "31.12.1999 | not a phone number, but a date",
        "+4916801111111111111 | the phone number is too long",
        "+4916801111111111 | the phone number has more than 15 digits"
      })
  void whatIsNotOneNumberIsNotMadeOne(String written, String reason) {
    assertThat(germany.parse(written)).isEqualTo(new PhoneNumbers.Invalid(reason));
  }

  @Test
  void aBookIsNoNumberAndIsNotReadLikeOne() {
    assertThat(brazil.parse("1".repeat(1_000_000)))
        .isEqualTo(new PhoneNumbers.Invalid("the phone number is too long"));
  }

  @Test
  void anImportMayHaveARegionOfItsOwn() {
    assertThat(brazil.in(Optional.of("de")).parse("0170 1234567"))
        .isEqualTo(new PhoneNumbers.Valid("+491701234567"));
    assertThat(brazil.in(Optional.empty())).isSameAs(brazil);
    assertThatThrownBy(() -> brazil.in(Optional.of("Germany")))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("\"region\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "11960000001 | it needs a country code, like +5511999990001",
        "hello | not a phone number",
        "+49 30 unknown | not a phone number, as it has letters in it",
        "+55 | not a phone number",
        "+5511 | the phone number is too short",
        "+55119600000011234567 | the phone number is too long",
        "+999123456789 | it needs a country code, like +5511999990001",
        "'' | the phone number is missing"
      })
  void saysWhyANumberCannotBeUsed(String written, String reason) {
    assertThat(anywhere.parse(written)).isEqualTo(new PhoneNumbers.Invalid(reason));
  }

  @Test
  void refusesARegionThatDoesNotExist() {
    assertThatThrownBy(() -> new PhoneNumbers(Optional.of("Brazil")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Brazil");
  }

  /** Singapore dials 001 and the like for abroad, most of the world 00: both may be valid. */
  @ParameterizedTest
  @CsvSource({
    "SG, 0049 1518 1575740",
    "TH, 00351 913 540 463",
    "DE, 4939075707",
  })
  void aNumberThatMayBeTwoPeoplesIsNobodys(String region, String text) {
    assertThat(new PhoneNumbers(Optional.of(region)).parse(text))
        .isInstanceOfSatisfying(
            PhoneNumbers.Invalid.class,
            invalid -> assertThat(invalid.reason()).matches("it may be \\+\\d+ or \\+\\d+; .*"));
  }

  @ParameterizedTest
  @CsvSource({
    "DE, 4915125269972, +4915125269972",
    "IT, 3912345678, +393912345678",
    "BR, 5511960000001, +5511960000001",
    "BR, 55996412345, +5555996412345"
  })
  void whatASpreadsheetTookThePlusFromIsAMobileNumberIfOneReadingIs(
      String region, String text, String number) {
    assertThat(new PhoneNumbers(Optional.of(region)).parse(text))
        .isEqualTo(new PhoneNumbers.Valid(number));
  }
}
