package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.console.http.ProblemException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvRowsTest {
  @Test
  void aRowOfMoreCellsThanAnySpreadsheetHasIsRefusedWithItsLine() {
    CsvRows rows = rows("phone\n+5511960000001\n" + ",".repeat(16 * 1024) + "\n");
    rows.next();

    assertThatThrownBy(rows::hasNext)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("line 3, there are more than 16384 cells");
  }

  @Test
  void aRowOfLongCellsIsReadNoFurtherThanARowMayBeLong() {
    String cell = "x".repeat(300_000);
    CsvRows rows = rows("phone\n1" + ("," + cell).repeat(3) + "\n1" + ("," + cell).repeat(4));
    assertThat(rows.next().cells()).hasSize(4);

    assertThatThrownBy(rows::hasNext)
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("line 3, the cells have more than 1048576 characters together");
  }

  @ParameterizedTest
  @ValueSource(strings = {"$", "$,b", "phone,$,$", "phone!$,phone?$"})
  void aRefusalRepeatsOnlyTheBeginningOfWhatColumnsAreCalled(String header) {
    String name = "!".repeat(200_000);
    ProblemException refused =
        catchThrowableOfType(
            ProblemException.class, () -> rows(header.replace("$", name) + "\n1,2,3\n"));

    assertThat(refused.body().toString()).hasSizeLessThan(1_000);
  }

  /** As a spreadsheet gives it back: with as many cells in each row as in the widest. */
  @Test
  void blankCellsBehindTheReasonsOfACorrectedFileAreIgnored() {
    CsvRows rows =
        rows(
            """
            phone,name,reason (Sluice),,
            +5511960000001,Ana,the phone number is too short,,
            +5511960000002,,it is missing,,
            +5511960000003,Bia,,,
            +5511960000004,Eva,x,3 columns,
            ,,The rest was not read,,
            """);

    assertThat(rows.header()).containsExactly("phone", "name");
    assertThat(rows.next())
        .isEqualTo(
            new Rows.Row(
                2,
                "+5511960000001",
                Map.of("name", "Ana"),
                null,
                null,
                List.of("+5511960000001", "Ana"),
                null));
    assertThat(rows.next().variables()).isEqualTo(Map.of("name", ""));
    assertThat(rows.next().fault()).isNull();
    assertThat(rows.next().fault()).isEqualTo("3 columns where the first line has 2");
    assertThat(rows.hasNext()).isFalse();
  }

  @Test
  void aVariableTakesTheColumnThatWasChosenForItAndTheOthersKeepTheirNames() {
    CsvRows rows =
        rows(
            "phone,Vorname,Ort: heute,note\n1,Ana,Rio,x\n2\n",
            "first  name:Vorname",
            "city:Ort: heute");

    assertThat(rows.variables()).containsExactly("first name", "city", "note");
    assertThat(rows.next().variables())
        .isEqualTo(Map.of("first name", "Ana", "city", "Rio", "note", "x"));
    assertThat(rows.next().variables()).isEqualTo(Map.of("first name", "", "city", "", "note", ""));
  }

  @Test
  void aColumnMayGiveSeveralVariablesAndTheNumbersMayBeOneToo() {
    CsvRows rows = rows("Telefon,Name\n1,Ana\n", "name:Name", "Name:Name", "phone:Telefon");

    assertThat(rows.phoneColumn()).isEqualTo("Telefon");
    assertThat(rows.next())
        .returns("1", Rows.Row::phone)
        .returns(Map.of("name", "Ana", "Name", "Ana", "phone", "1"), Rows.Row::variables);
  }

  /** Who maps "phone" means the numbers, which would be taken from another column. */
  @ParameterizedTest
  @ValueSource(strings = {"phone", "Telefon"})
  void aMapCannotSeemToChooseTheColumnOfTheNumbers(String numbers) {
    assertThatThrownBy(() -> rows(numbers + ",Filiale\n1,2\n", "phone:Filiale"))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining("say with \"phoneColumn\" which holds the numbers");
  }

  @Test
  void variablesMaySwapTheirColumns() {
    CsvRows rows = rows("phone,a,b\n1,x,y\n", "a:b", "b:a");

    assertThat(rows.next().variables()).isEqualTo(Map.of("a", "y", "b", "x"));
  }

  @Test
  void keysAndTimeZonesAreTakenFromTheColumnsThatWereChosenForThem() {
    CsvRows rows =
        new CsvRows(
            bytes("phone,KdNr,Zone,time_zone_old\n1,7,UTC,x\n"),
            new Reading(
                Optional.empty(),
                Optional.empty(),
                true,
                ColumnMap.of(List.of("externalId:KdNr", "time_zone:Zone"))));

    assertThat(rows.externalIdColumn()).isEqualTo("KdNr");
    assertThat(rows.timeZoneColumn()).isEqualTo("Zone");
    assertThat(rows.next())
        .returns("7", Rows.Row::externalId)
        .returns("UTC", Rows.Row::timeZone)
        .returns(Map.of("time_zone_old", "x"), Rows.Row::variables);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name:Ort | \"map\" takes \"Ort\", which is no column. The first line reads: phone, name, x, external_id.",
        "name:x | \"map\" gives \"name\" a column, but one is called that already.",
        "external_id:x | \"map\" gives \"external_id\" a column, but one is called that already.",
        "externalId:x | The columns \"external_id\" and \"externalId\" mean the same; leave one out.",
        "a:x;a:name | \"map\" gives \"a\" two columns.",
        "x | \"map\" must be a variable and its column, like first_name:Vorname, of at most 200 characters each, not \"x\".",
        ":x | \"map\" must be a variable and its column, like first_name:Vorname, of at most 200 characters each, not \":x\".",
        "x: | \"map\" must be a variable and its column, like first_name:Vorname, of at most 200 characters each, not \"x:\"."
      })
  void aMapThatDoesNotFitTheFileIsRefused(String map, String why) {
    assertThatThrownBy(() -> rows("phone,name,x,external_id\n1,a,b,c\n", map.split(";")))
        .isInstanceOf(ProblemException.class)
        .hasMessage(why);
  }

  @Test
  void aMapIsBounded() {
    String[] many = IntStream.range(0, 51).mapToObj(i -> i + ":phone").toArray(String[]::new);
    assertThatThrownBy(() -> rows("phone\n1\n", many))
        .hasMessage("\"map\" may be there at most 50 times.");
    ProblemException refused =
        catchThrowableOfType(
            ProblemException.class, () -> rows("phone\n1\n", "x".repeat(201) + ":phone"));

    assertThat(refused.body().toString()).hasSizeBetween(200, 500).contains("200 characters");
    assertThat(refused.body()).containsEntry("field", "map");
  }

  private static CsvRows rows(String file, String... map) {
    return new CsvRows(
        bytes(file),
        new Reading(Optional.empty(), Optional.empty(), false, ColumnMap.of(List.of(map))));
  }

  private static ByteArrayInputStream bytes(String file) {
    return new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8));
  }
}
