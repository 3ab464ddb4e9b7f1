package dev.sluice.console.imports;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Currency;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Prices of messages by the recipient's country and the message's category, in one currency. The
 * provider has no API for them, so they are in a file.
 */
public final class Prices {
  private static final String ANY = "*";
  private static final List<String> COLUMNS = List.of("country", "category", "price", "currency");
  private static final List<String> CATEGORIES =
      List.of("marketing", "utility", "authentication", "service", ANY);
  private static final Pattern PRICE = Pattern.compile("[0-9]{1,9}(\\.[0-9]{1,9})?");

  /** There are regions with numbers that ISO 3166 does not list, like XK. */
  private static final Set<String> COUNTRIES =
      Stream.concat(
              Stream.of(Locale.getISOCountries()),
              PhoneNumberUtil.getInstance().getSupportedRegions().stream())
          .collect(Collectors.toUnmodifiableSet());

  private record Key(String country, String category) {}

  private final Map<Key, BigDecimal> prices = new HashMap<>();
  private @Nullable Currency currency;

  private Prices() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException names the file, the line and what helps
   */
  public static Prices read(Path file) {
    Prices prices = new Prices();
    try (CsvReader<NamedCsvRecord> lines =
        CsvReader.builder().detectBomHeader(true).ofNamedCsvRecord(file)) {
      for (NamedCsvRecord line : lines) {
        prices.take(file, line);
      }
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("the prices file " + file + " cannot be read: " + e, e);
    }
    if (prices.currency == null) {
      throw new IllegalArgumentException(
          file + " has no price; write lines like BR,marketing,0.0625,USD below the first one");
    }
    return prices;
  }

  private void take(Path file, NamedCsvRecord line) {
    try {
      take(line);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file + ", line " + line.getStartingLineNumber() + ": " + e.getMessage(), e);
    }
  }

  private void take(NamedCsvRecord line) {
    if (!line.getHeader().containsAll(COLUMNS)) {
      throw new IllegalArgumentException(
          "the file's first line must be " + String.join(",", COLUMNS));
    }
    String country = cell(line, "country");
    if (!country.equals(ANY) && !COUNTRIES.contains(country)) {
      throw new IllegalArgumentException(
          "\"" + country + "\" is no country; write its two letters, like BR, or * for all others");
    }
    String category = cell(line, "category");
    if (!CATEGORIES.contains(category)) {
      throw new IllegalArgumentException(
          "\"" + category + "\" is no category; write one of " + String.join(", ", CATEGORIES));
    }
    String price = cell(line, "price");
    if (!PRICE.matcher(price).matches()) {
      throw new IllegalArgumentException(
          "\"" + price + "\" is no price; write it with a point, like 0.0625");
    }
    requireCurrency(cell(line, "currency"));
    if (prices.putIfAbsent(new Key(country, category), new BigDecimal(price)) != null) {
      throw new IllegalArgumentException(
          country + "," + category + " is there twice; leave one out");
    }
  }

  private static String cell(NamedCsvRecord line, String column) {
    return line.findField(column).orElse("").strip();
  }

  private void requireCurrency(String code) {
    Currency its;
    try {
      its = Currency.getInstance(code);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + code + "\" is no currency; write its three letters, like USD", e);
    }
    if (currency != null && !currency.equals(its)) {
      throw new IllegalArgumentException(
          "the price is in "
              + its
              + ", and those before it are in "
              + currency
              + "; write all of them in one currency");
    }
    currency = its;
  }

  /** Returns the currency's three letters. */
  String currency() {
    return Objects.requireNonNull(currency).getCurrencyCode();
  }

  /**
   * Returns what a message costs. A country's own price counts before one for all others, and that
   * of a category before one for any.
   *
   * @param category in lower case; null if it is not known
   */
  Optional<BigDecimal> of(String country, @Nullable String category) {
    return Stream.of(country, ANY)
        .flatMap(where ->
            Stream.of(category, ANY).filter(Objects::nonNull).map(what -> new Key(where, what)))
        .map(prices::get)
        .filter(Objects::nonNull)
        .findFirst();
  }
}
