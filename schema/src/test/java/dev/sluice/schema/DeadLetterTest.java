package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private final DeadLetter letter = new DeadLetter("topic", 1, 17, "too large");

  @Test
  void holdsWhatFitsWhole() {
    byte[] original = new byte[1_000_000];

    assertThat(DeadLetter.cut(original)).isSameAs(original);
    assertThat(letter.headers(original)).isEqualTo(letter.headers());
  }

  @Test
  void holdsTheBeginningOfWhatDoesNotFitAndSaysSo() {
    byte[] original = new byte[3_000_000];

    assertThat(DeadLetter.cut(original)).hasSizeLessThan(Topics.LARGEST_RECORD);
    assertThat(letter.headers(original)).containsKey(DeadLetter.TRUNCATED);
    assertThat(DeadLetter.key(new byte[100_000])).isNull();
  }
}
