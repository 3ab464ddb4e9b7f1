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
    "499999, 10000000, false",
    "500000, 10000000, true",
  })
  void aFewThatWaitKeepNothingBack(int waiting, long written, boolean rests) {
    assertThat(ReturnedRequests.areMost(waiting, written)).isEqualTo(rests);
  }
}
