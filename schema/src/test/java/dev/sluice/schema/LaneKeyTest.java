package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LaneKeyTest {
  @Test
  void isTheSenderAndTheLane() {
    assertThat(new LaneKey("brazil", 3)).hasToString("brazil/3");
    assertThat(LaneKey.parse("a/b/3")).isEqualTo(new LaneKey("a/b", 3));
  }

  @Test
  void refusesWhatIsNoLane() {
    assertThatThrownBy(() -> LaneKey.parse("brazil")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LaneKey.parse("brazil/x"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theLanesOfASenderSpreadOverAllPartitions() {
    assertThat(IntStream.range(0, 24).map(lane -> new LaneKey("brazil", lane).partition(24)))
        .doesNotHaveDuplicates()
        .allMatch(partition -> partition >= 0 && partition < 24);
  }
}
