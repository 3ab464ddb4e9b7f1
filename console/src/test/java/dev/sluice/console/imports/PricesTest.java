package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricesTest {
  private static final String HEADER = "country,category,price,currency\n";

  @TempDir private Path folder;

  @Test
  void aCountrysOwnPriceCountsBeforeThatOfAllOthersAndACategorysBeforeThatOfAny() throws Exception {
    Prices prices =
        prices("BR,marketing,0.0625,USD\nBR,*,0.02,USD\n*,marketing,0.06,USD\n*,*,0.03,USD\n");

    assertThat(prices.of("BR", "marketing")).contains(new BigDecimal("0.0625"));
    assertThat(prices.of("BR", "utility")).contains(new BigDecimal("0.02"));
    assertThat(prices.of("DE", "marketing")).contains(new BigDecimal("0.06"));
    assertThat(prices.of("DE", "utility")).contains(new BigDecimal("0.03"));
    assertThat(prices.of("DE", null)).contains(new BigDecimal("0.03"));
  }

  @Test
  void withoutAPriceThatFitsThereIsNone() throws Exception {
    Prices prices = prices("BR,marketing,0.0625,USD\n");

    assertThat(prices.of("DE", "marketing")).isEmpty();
    assertThat(prices.of("BR", "utility")).isEmpty();
    assertThat(prices.of("BR", null)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "UK,marketing,0.05,USD | \"UK\" is no country; write its two letters",
        "BR,promotion,0.05,USD | \"promotion\" is no category; write one of marketing",
        "BR,marketing,\"0,05\",USD | \"0,05\" is no price; write it with a point",
        "BR,marketing,-1,USD | \"-1\" is no price",
        "BR,marketing,1e9,USD | \"1e9\" is no price",
        "BR,marketing,0.05,Dollar | \"Dollar\" is no currency; write its three letters",
        "BR,marketing,0.05,EUR | in EUR, and those before it are in USD; write all of them in one",
        "DE,marketing,0.05,USD | DE,marketing is there twice; leave one out",
      })
  void aWrongLineIsNamedWithWhatHelps(String line, String words) {
    assertThatThrownBy(() -> prices("DE,marketing,0.11,USD\n" + line + "\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("prices.csv, line 3: ", words);
  }

  @Test
  void aFileWithoutPricesOrWithOtherColumnsIsRefused() {
    assertThatThrownBy(() -> prices("")).hasMessageContaining("has no price");
    assertThatThrownBy(() -> read("country,price\nBR,0.05\n"))
        .hasMessageContaining("first line must be country,category,price,currency");
    assertThatThrownBy(() -> prices("BR,marketing\n"))
        .hasMessageContaining("prices.csv, line 2: \"\" is no price");
    assertThatThrownBy(() -> Prices.read(folder.resolve("none.csv")))
        .hasMessageContaining("none.csv cannot be read");
  }

  @Test
  void whatHasNoPriceIsCountedByItself() throws Exception {
    Places places =
        new Places(
            List.of(
                place("+5511960000001", 3_000),
                place("+5521960000001", 1),
                place("+4915100000001", 10),
                place("+41791234567", 2),
                place("+870773111000", 1)),
            false);

    assertThat(Cost.of(places, prices("BR,*,0.0625,USD\nDE,*,0.1,USD\n"), "marketing"))
        .isEqualTo(
            new Cost(
                "188.5625",
                "USD",
                "marketing",
                3_014,
                new Cost.Unpriced(3, 2),
                List.of(
                    new Cost.Country("BR", 3_001, "0.0625"),
                    new Cost.Country("DE", 10, "0.1"),
                    new Cost.Country("CH", 2, null),
                    new Cost.Country("001", 1, null)),
                false));
  }

  @Test
  void aNumberThatIsCutOffDoesNotMakeThoseThatBeginAlikeAnothersCountry() throws Exception {
    Places places = new Places(List.of(new Places.Place("+1212555", "+12125550199", 1_000)), false);

    assertThat(Cost.of(places, prices("US,*,0.03,USD\n"), "marketing").countries())
        .containsExactly(new Cost.Country("US", 1_000, "0.03"));
  }

  private static Places.Place place(String number, long recipients) {
    return new Places.Place(number, number, recipients);
  }

  private Prices prices(String lines) throws IOException {
    return read(HEADER + lines);
  }

  private Prices read(String text) throws IOException {
    return Prices.read(Files.writeString(folder.resolve("prices.csv"), text));
  }
}
