package dev.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RoleProcessTest {
  /** Health is served before the role has begun to report anything. */
  @Test
  void isReadyOnceEverythingIsOpen() throws Exception {
    try (RoleProcess process = new RoleProcess()) {
      process.open(
          opening -> assertThat(opening.health().problems()).containsEntry("process", "starting"));

      assertThat(process.health().problems()).isEmpty();
    }
  }
}
