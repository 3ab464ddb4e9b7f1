package dev.sluice.producer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.producer.sql.Texts;
import org.junit.jupiter.api.Test;

class TextsTest {
  @Test
  void whoAsksWritesNoLineOfTheirOwnAndNobodysNumber() {
    assertThat(Texts.shortened("crm\n12:00 INFO [campaign x] PAUSE requested by +5511960000001"))
        .isEqualTo("crm 12:00 INFO [campaign x] PAUSE requested by +5511*******01");
  }

  @Test
  void whatIsLongIsCut() {
    assertThat(Texts.shortened("x".repeat(600))).hasSize(501).endsWith("…");
  }
}
