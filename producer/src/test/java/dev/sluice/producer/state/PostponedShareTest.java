package dev.sluice.producer.state;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When so much of a campaign is postponed that nothing new of it is written. */
class PostponedShareTest {
  @ParameterizedTest(name = "{0} of {1} wait: {2}")
  @CsvSource({
    "19999, 19999, false",
    "20000, 40000, true",
    "20000, 40001, false",
    "20000, 1000000, false",
  })
  void aFewThatWaitKeepNothingBack(int waiting, long written, boolean rests) {
    assertThat(ReturnedRequests.areMost(waiting, written)).isEqualTo(rests);
  }

  /** What waits is kept in memory, whatever campaign it belongs to. */
  @ParameterizedTest(name = "{0} of {1} of {2} campaigns: {3}")
  @CsvSource({
    "499999, 499999, 1, false",
    "500000, 500000, 1, true",
    "250000, 500000, 2, true",
    "249999, 500000, 2, false",
    "0, 500000, 1, false",
    "1, 500000, 2, false",
    "400000, 499999, 2, false",
  })
  void thoseOfAllCampaignsAreBoundedAndWhoHasFewGoesOn(
      int waiting, int total, int campaigns, boolean rests) {
    assertThat(ReturnedRequests.isItsShare(waiting, total, campaigns)).isEqualTo(rests);
  }
}
