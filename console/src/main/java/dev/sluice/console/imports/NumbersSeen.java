package dev.sluice.console.imports;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The statistics of a file's numbers: how many repeat another, and from which countries they are.
 */
final class NumbersSeen {
  /** Beyond this many, repetitions are not counted: 16 MB of numbers. */
  static final int MOST = 2_000_000;

  /** A country, also one that shares its code, is known by this many characters with the plus. */
  private static final int BEGINNING = 8;

  /** Beginnings that are remembered; looking a number up costs far more. */
  private static final int MOST_BEGINNINGS = 10_000;

  private final Regions library = new Regions();
  private final Map<String, String> regions = new HashMap<>();
  private final Map<String, Long> countries = new HashMap<>();
  private long[] numbers = new long[1_000];
  private int size;
  private boolean tooMany;

  /** Takes a number in E.164 into account. */
  void add(String number) {
    countries.merge(region(number), 1L, Long::sum);
    if (size == MOST) {
      tooMany = true;
      return;
    }
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.min(MOST, 2 * size));
    }
    numbers[size++] = Long.parseLong(number, 1, number.length(), 10);
  }

  private String region(String number) {
    if (regions.size() > MOST_BEGINNINGS) {
      regions.clear();
    }
    String beginning = number.substring(0, Math.min(BEGINNING, number.length()));
    return regions.computeIfAbsent(beginning, _ -> library.of(number));
  }

  /** Returns how many numbers repeat one before them; null if there are too many to know. */
  @Nullable Long duplicates() {
    return tooMany ? null : size - firsts().count();
  }

  /** Returns the numbers, each once; empty if there are too many to know. */
  Optional<Stream<String>> distinct() {
    return tooMany ? Optional.empty() : Optional.of(firsts().mapToObj(i -> "+" + numbers[i]));
  }

  /** Sorts the numbers, and returns where each begins. */
  private IntStream firsts() {
    Arrays.sort(numbers, 0, size);
    return IntStream.range(0, size).filter(i -> i == 0 || numbers[i] != numbers[i - 1]);
  }

  /** Returns the numbers by region, like BR, the most frequent first; ZZ if it is not known. */
  Map<String, Long> countries() {
    Map<String, Long> sorted = new LinkedHashMap<>();
    countries.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .forEach(one -> sorted.put(one.getKey(), one.getValue()));
    return sorted;
  }
}
