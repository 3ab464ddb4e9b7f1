package dev.sluice.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordHashTest {
  /** Too few for a file of users. */
  private static final int CHEAP = 1_000;

  @Test
  void onlyTheRightPasswordFits() {
    PasswordHash hash = PasswordHash.of("correct horse battery", CHEAP);

    assertThat(hash.isOf("correct horse battery")).isTrue();
    assertThat(hash.isOf("correct horse batterz")).isFalse();
    assertThat(hash.isOf("")).isFalse();
    assertThat(hash.isOf("correct horse battery", 2 * CHEAP)).isTrue();
    assertThat(hash.isOf("correct horse batterz", 2 * CHEAP)).isFalse();
  }

  @Test
  void whatIsWrittenCanBeRead() {
    PasswordHash hash = PasswordHash.ofNothing(100_000);

    assertThat(PasswordHash.parse(hash.toString())).isEqualTo(hash);
  }

  /** Computed by Python's hashlib.pbkdf2_hmac. */
  @Test
  void itIsTheHashThatOtherProgramsCompute() {
    assertThat(
            PasswordHash.parse(
                    "$pbkdf2-sha256$i=100000$AAECAwQFBgcICQoLDA0ODw$U47vanPvGNfFHCkXgU+GTAz82edqeOtPADlGH5EwByc")
                .isOf("pässword-1234"))
        .isTrue();
  }

  @Test
  void aNewHashIsStrongAndSalted() {
    assertThat(PasswordHash.of("correct horse battery").toString())
        .startsWith("$pbkdf2-sha256$i=600000$");
    assertThat(PasswordHash.of("correct horse battery", CHEAP))
        .isNotEqualTo(PasswordHash.of("correct horse battery", CHEAP));
  }

  /** A Mac writes ü as u and two dots. */
  @Test
  void howALetterIsComposedDoesNotMatter() {
    assertThat(
            PasswordHash.of("gr\u00fcn-gr\u00fcn-gr\u00fcn", CHEAP)
                .isOf("gru\u0308n-gru\u0308n-gru\u0308n"))
        .isTrue();
  }

  @Test
  void nobodyHasTheHashOfNothing() {
    assertThat(PasswordHash.ofNothing(CHEAP).isOf("")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret",
        "$2b$12$abcdefghijklmnopqrstuv",
        "$pbkdf2-sha256$i=1$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "$pbkdf2-sha256$i=999999999$AAECAwQFBgcICQoLDA0ODw$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "$pbkdf2-sha256$i=600000$AA$AA"
      })
  void whatIsNoStrongHashIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> PasswordHash.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the hash")
        .hasMessageNotContaining(text);
  }
}
