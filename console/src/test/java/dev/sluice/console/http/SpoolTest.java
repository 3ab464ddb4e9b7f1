package dev.sluice.console.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpoolTest {
  @Test
  void byDefaultThreeOfTheLongestFilesLeaveRoomForAllOthersOfSixteenMegabytes() {
    Uploads.Limits limits = Uploads.Limits.DEFAULT;
    Spool spool = new Spool(limits.spool(), limits.files());

    assertThat(spool.own()).isGreaterThanOrEqualTo(16L << 20);
    assertThat(3 * limits.spool().longest() + (limits.files() - 3) * spool.own())
        .isLessThanOrEqualTo(limits.spool().together());
  }
}
