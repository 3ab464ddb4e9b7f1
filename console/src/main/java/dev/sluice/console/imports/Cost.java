package dev.sluice.console.imports;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a campaign if every message is delivered and billed.
 *
 * @param amount the sum, as a decimal number
 * @param currency its three letters
 * @param category the one by which the messages are billed; null if it is not known
 * @param recipients those who were looked at
 * @param unpriced those of them for whom no price is known, who are not in the sum
 * @param countries all of them by country, the largest first
 * @param partial whether not all recipients were looked at
 */
public record Cost(
    String amount,
    String currency,
    @Nullable String category,
    long recipients,
    Unpriced unpriced,
    List<Country> countries,
    boolean partial) {

  /** Recipients without a price, and the countries in which they are. */
  public record Unpriced(long recipients, int countries) {}

  /**
   * The recipients in a country.
   *
   * @param country its two letters, or 001 or ZZ for numbers of no known country
   * @param price what each of them costs, as a decimal number; null if it is not known
   */
  public record Country(String country, long recipients, @Nullable String price) {}

  /** Returns what messages of this category to people in these places cost. */
  static Cost of(Places places, Prices prices, @Nullable String category) {
    Regions regions = new Regions();
    Map<String, Long> people = new HashMap<>();
    for (Places.Place place : places.all()) {
      people.merge(regions.of(place), place.recipients(), Long::sum);
    }
    BigDecimal amount = BigDecimal.ZERO;
    List<Country> countries = new ArrayList<>();
    for (Map.Entry<String, Long> one : people.entrySet()) {
      Optional<BigDecimal> price = prices.of(one.getKey(), category);
      amount =
          amount.add(price.orElse(BigDecimal.ZERO).multiply(BigDecimal.valueOf(one.getValue())));
      countries.add(
          new Country(
              one.getKey(), one.getValue(), price.map(BigDecimal::toPlainString).orElse(null)));
    }
    countries.sort(
        Comparator.comparingLong(Country::recipients).reversed().thenComparing(Country::country));
    List<Country> unpriced = countries.stream().filter(one -> one.price() == null).toList();
    return new Cost(
        amount.toPlainString(),
        prices.currency(),
        category,
        sum(countries),
        new Unpriced(sum(unpriced), unpriced.size()),
        countries,
        places.partial());
  }

  private static long sum(List<Country> countries) {
    return countries.stream().mapToLong(Country::recipients).sum();
  }
}
