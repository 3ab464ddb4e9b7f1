package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShortIdTest {
  private static final UUID ID = UUID.fromString("3fe21825-9f3e-4c43-8a60-9b7d2a16a6b1");

  @Test
  void aWholeIdIsItself() {
    ShortId id = ShortId.parse(ID.toString());

    assertThat(id).isEqualTo(new ShortId(ID.toString(), ID, ID));
    assertThat(id.isWhole()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3fe2", "3fe21825", "3FE21825", "3fe21825-", "3fe21825-9f3e-4"})
  void aBeginningStandsForAllThatBeginSo(String beginning) {
    ShortId id = ShortId.parse(beginning);

    assertThat(id.isWhole()).isFalse();
    assertThat(id.first().toString()).startsWith(beginning.toLowerCase(java.util.Locale.ROOT));
    assertThat(id.first().toString().compareTo(ID.toString())).isNegative();
    assertThat(id.last().toString().compareTo(ID.toString())).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "3fe",
        "spring",
        "3fe218259",
        "3fe2-1825",
        "../..",
        "3fe21825-9f3e-4c43-8a60-9b7d2a16a6b12"
      })
  void whatIsNoneIsRefused(String text) {
    assertThatThrownBy(() -> ShortId.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
