package dev.sluice.console.imports;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NumbersSeenTest {
  private final NumbersSeen seen = new NumbersSeen();

  @Test
  void countsEachRepetition() {
    seen.add("+5511960000001");
    seen.add("+5511960000002");
    seen.add("+5511960000001");
    seen.add("+5511960000001");

    assertThat(seen.duplicates()).isEqualTo(2);
  }

  @Test
  void tellsCountriesApartAlsoIfTheyShareACode() {
    seen.add("+5511960000001");
    seen.add("+5511960000002");
    seen.add("+12125550100");
    seen.add("+14165550100");
    seen.add("+447781100000");

    assertThat(seen.countries()).containsEntry("BR", 2L).containsKeys("US", "CA", "GG");
    assertThat(seen.countries().keySet()).first().isEqualTo("BR");
  }

  @Test
  void doesNotGuessInAFileOfVeryManyNumbers() {
    for (long number = 0; number <= NumbersSeen.MOST; number++) {
      seen.add("+" + (5511900000000L + number));
    }

    assertThat(seen.duplicates()).isNull();
  }
}
