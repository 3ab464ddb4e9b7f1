package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.console.http.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files byte for byte as spreadsheets and other programs write them, and what each comes to. */
class RealWorldFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/real-world");

  /** A file, and the settings with which it is read. */
  record Sample(
      String file,
      Optional<String> charset,
      Optional<String> region,
      Optional<String> phoneColumn) {

    Sample in(String newRegion) {
      return new Sample(file, charset, Optional.of(newRegion), phoneColumn);
    }

    Sample as(String newCharset) {
      return new Sample(file, Optional.of(newCharset), region, phoneColumn);
    }

    Sample by(String newColumn) {
      return new Sample(file, charset, region, Optional.of(newColumn));
    }

    Outcome comesTo(String... rows) {
      return new Outcome(this, List.of(rows), "");
    }

    Outcome isRefused(String words) {
      return new Outcome(this, List.of(), words);
    }
  }

  /** What a file comes to: its rows in short, or why it is refused. */
  record Outcome(Sample sample, List<String> rows, String refusal) {
    @Override
    public String toString() {
      return sample.file() + sample.charset().map(" as "::concat).orElse("");
    }
  }

  private static Sample file(String name) {
    return new Sample(name, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static Stream<Outcome> outcomes() {
    return Stream.of(
        file("excel-pt-br.csv").in("BR").isRefused("Line 1 is not UTF-8"),
        file("excel-pt-br.csv")
            .in("BR")
            .as("windows-1252")
            .comesTo(
                "2 +5511960000001 {Nome=João, Cidade=São Paulo, Observação=não ligar}",
                "3 +5521960000002 {Nome=Conceição, Cidade=Niterói, Observação=}",
                "4 +5511960000003 {Nome=Bar \"Zé\"; Ltda., Cidade=Recife, Observação=açaí}"),
        file("excel-pt-br-utf8.csv")
            .in("br")
            .comesTo(
                "2 +5511960000001 {Nome=João da Silva, Primeiro Nome=João}",
                "3 +5521960000002 {Nome=Conceição, Primeiro Nome=Conceição}",
                "4 not a phone number"),
        file("excel-pt-br-numbers-shortened.csv").in("BR").isRefused("Line 2 is not UTF-8"),
        file("excel-pt-br-numbers-shortened.csv")
            .in("BR")
            .as("windows-1252")
            .comesTo("2 a spreadsheet has shortened", "3 a spreadsheet has shortened"),
        file("excel-pt-br-text-formula.csv")
            .comesTo("2 +5511960000001 {Nome=Ana}", "3 +5511960000002 {Nome=Bia}"),
        file("excel-de-de.csv").isRefused("Line 1 is not UTF-8"),
        file("excel-de-de.csv")
            .in("DE")
            .as("windows-1252")
            .comesTo(
                "2 +4915123456789 {Vorname=Jürgen, Nachname=Müller, Straße=Größenweg, Nummer=12}",
                "3 +4915123456780 {Vorname=Käthe, Nachname=Weiß; geb. Groß, Straße=Öde, Nummer=3}",
                "4 not a phone number, as it has letters in it"),
        file("excel-de-de-utf8.csv")
            .in("DE")
            .comesTo(
                "2 +4915123456789 {Vorname=Jürgen, Anrede=Herr}",
                "3 +4915123456780 {Vorname=Käthe, Anrede=Frau}"),
        file("excel-en-us.csv")
            .in("US")
            .comesTo(
                "2 +16502530000 {First Name=Ann, City=Mountain View, CA}",
                "3 +16502530001 {First Name=Bob, City=5\" pipe street}",
                "4 no such phone number"),
        file("excel-en-us.csv")
            .comesTo(
                "2 it needs a country code",
                "3 +16502530001 {First Name=Bob, City=5\" pipe street}",
                "4 it needs a country code"),
        file("excel-en-us-unicode-text.txt")
            .comesTo(
                "2 +16502530000 {First Name=Zoë, Note=says \"hi\"}",
                "3 +48512345678 {First Name=Łukasz, Note=}"),
        file("excel-sep-line.csv").comesTo("3 +16502530000 {First Name=Ann, the first}"),
        file("excel-mac.csv").isRefused("Line 2 is not UTF-8"),
        file("excel-mac.csv")
            .as("x-MacRoman")
            .comesTo("2 +5511960000001 {Nome=João}", "3 +5511960000002 {Nome=Ñandú}"),
        file("libreoffice.csv")
            .comesTo(
                "2 +4915123456789 {Vorname=Jürgen, Notiz=zwei\nZeilen}",
                "4 +4915123456780 {Vorname=Käthe, Notiz=}"),
        file("libreoffice-utf-16.csv").comesTo("2 +33612345678 {Prénom=Zoé}"),
        file("libreoffice-tab.tsv").comesTo("2 +351912345678 {nome=Inês, cidade=Évora}"),
        file("google-sheets.csv")
            .in("BR")
            .comesTo(
                "2 +5511960000001 {First Name=Ana 🎉, Message=Olá,\ntudo bem?}",
                "4 +5511960000002 {First Name=Bruno, Message==1+1}"),
        file("google-contacts.csv")
            .comesTo(
                "2 +5511960000001 {First Name=Ana, Last Name=Souza, Phone 1 - Label=Mobile,"
                    + " Phone 2 - Label=Home, Phone 2 - Value=+55 11 3333-4444}",
                "3 +5511960000002 {First Name=Bia, Last Name=Lima, Phone 1 - Label=* Mobile,"
                    + " Phone 2 - Label=, Phone 2 - Value=}"),
        file("numbers-en.csv")
            .comesTo(
                "2 +5511960000001 {Name=Ana, City=São Paulo}",
                "3 +5511960000002 {Name=Bia, City=Recife}"),
        file("numbers-de.csv")
            .comesTo("2 +4915123456789 {Vorname=Ju\u0308rgen, Gültig bis=31.12.2026}"),
        file("numbers-with-table-name.csv").isRefused("It reads: Tabelle 1"),
        file("pandas.csv")
            .in("BR")
            .comesTo("2 +5511960000001 {first_name=Ana}", "3 +5511960000002 {first_name=Bia}"),
        file("erp-pipe.txt")
            .comesTo(
                "2 +4915123456789 {NR=1, NUMERO=17, NAME=Weber}",
                "3 +4915123456780 {NR=2, NUMERO=4, NAME=Vogel}"),
        file("excel-workbook-renamed.csv").isRefused("not a CSV file"),
        file("utf-16-without-mark.csv").isRefused("UTF-16 without a byte order mark"),
        file("utf-16-without-mark.csv").as("UTF-16LE").comesTo("2 +5511960000001 {}"),
        file("unclosed-quote.csv").isRefused("line 3, a quotation mark opens"),
        file("two-phone-columns.csv").isRefused("\"Celular\" or \"WhatsApp\"?"),
        file("two-phone-columns.csv")
            .by("whatsapp")
            .comesTo("2 +5511960000002 {Nome=Ana, Celular=+5511960000001}"),
        file("no-phone-column.csv").isRefused("It reads: Nome, Contact Info"),
        file("no-phone-column.csv").by("Telefone").isRefused("names no column: \"Telefone\""),
        file("no-phone-column.csv").by("Contact Info").comesTo("2 +5511960000001 {Nome=Ana}"),
        file("nameless-column.csv").by("???").isRefused("names no column: \"???\". It reads: Nome"),
        file("nameless-column.csv").by("fone?").comesTo("2 +5511960000001 {Nome=Ana}"),
        file("crm-unquoted.tsv")
            .comesTo(
                "2 +5511960000001 {name=Ana \"Nina\" Souza, note=5\" pipe}",
                "3 +5511960000002 {name=Bia, note=says \"hi\"}"),
        file("twice-the-same-name.csv").isRefused("the same name: \"city\""),
        file("latin-1-in-line-4.csv").isRefused("Line 4 is not UTF-8"),
        file("excel-de-de-decimals.csv")
            .in("DE")
            .comesTo(
                "2 +4930123456 {Name=Anna}",
                "3 +4930123457 {Name=Bert}",
                "4 +4930123458 {Name=Carl}",
                "5 not a phone number, as it has decimals",
                "6 not a phone number, as it has decimals"),
        file("crm-two-numbers-in-a-cell.csv")
            .in("BR")
            .comesTo(
                "2 two numbers in one cell",
                "3 two numbers in one cell",
                "4 two numbers in one cell",
                "5 two numbers in one cell",
                "6 two numbers in one cell",
                "7 two numbers in one cell",
                "9 +5511960000001 {Nome=Gil}"),
        file("sixteen-digits.csv")
            .comesTo("2 the phone number has more than 15 digits", "3 +4930123456 {Name=Bert}"),
        file("sep-line-of-a-quotation-mark.csv").isRefused("Line 1 says sep=\""),
        file("dates-among-numbers.csv")
            .in("DE")
            .comesTo(
                "2 not a phone number, but a date",
                "3 not a phone number, but a date",
                "4 not a phone number, but a date",
                "5 +4941931234567 {Name=Dora}"),
        file("empty.csv").isRefused("The file is empty"));
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void comesToWhatAPersonExpects(Outcome expected) {
    if (!expected.refusal().isEmpty()) {
      assertThatThrownBy(() -> rows(expected.sample()))
          .isInstanceOf(ProblemException.class)
          .hasMessageContaining(expected.refusal());
      return;
    }
    List<String> rows = rows(expected.sample());
    assertThat(rows).hasSameSizeAs(expected.rows());
    for (int i = 0; i < rows.size(); i++) {
      assertThat(rows.get(i)).startsWith(expected.rows().get(i));
    }
  }

  @Test
  void noFileIsForgotten() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      assertThat(files.map(file -> Objects.toString(file.getFileName())))
          .containsExactlyInAnyOrderElementsOf(
              new TreeSet<>(outcomes().map(outcome -> outcome.sample().file()).toList()));
    }
  }

  private static List<String> rows(Sample sample) {
    RowRules rules =
        new RowRules(
            new PhoneNumbers(Optional.empty()).in(sample.region()), new RowBounds(1_024, 16_384));
    List<String> rows = new ArrayList<>();
    try (InputStream file = Files.newInputStream(FOLDER.resolve(sample.file()))) {
      CsvRows csv =
          new CsvRows(
              file, new Reading(sample.charset().map(Charset::forName), sample.phoneColumn()));
      while (csv.hasNext()) {
        Rows.Row row = csv.next();
        rows.add(
            switch (rules.judge(row)) {
              case RowRules.Usable(String phone, Map<String, String> variables, var _, var _) ->
                  row.line() + " " + phone + " " + variables;
              case RowRules.Unusable(String reason) -> row.line() + " " + reason;
            });
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }
}
