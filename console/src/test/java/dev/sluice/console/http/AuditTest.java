package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AuditTest {
  @Test
  void nobodyForgesALineAndNobodysNumberIsInIt() {
    assertThat(Audit.line("ana@127.0.0.1", "put\nwho=root", "sender x\" of=\"y\r\n+5511960000001"))
        .isEqualTo("who=ana@127.0.0.1 what=put who=root of=\"sender x' of='y +5511*******01\"");
  }
}
