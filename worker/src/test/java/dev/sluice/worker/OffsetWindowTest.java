package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OffsetWindowTest {
  @Test
  void aNewWindowSaysNothing() {
    OffsetWindow window = new OffsetWindow(100, List.of());

    assertThat(window.firstOpen()).isEqualTo(100);
    assertThat(window.encode()).isEqualTo("v1");
  }

  @Test
  void tellsWhatIsStartedAndDoneBeyondTheCommittedOffset() {
    OffsetWindow window = windowOf(10);
    window.set(0, State.STARTED);
    window.set(1, State.STARTED);
    window.set(2, State.STARTED);
    window.set(4, State.STARTED);
    window.set(1, State.DONE);

    assertThat(window.firstOpen()).isZero();
    assertThat(window.encode()).isEqualTo("v1 s1 d1 s1 w1 s1");
  }

  @Test
  void theCommittedOffsetMovesToTheFirstThatIsNotDone() {
    OffsetWindow window = windowOf(5);
    for (int offset = 0; offset < 3; offset++) {
      window.set(offset, State.STARTED);
    }
    window.set(1, State.DONE);
    window.set(0, State.DONE);

    assertThat(window.firstOpen()).isEqualTo(2);
    window.committed();
    assertThat(window.base()).isEqualTo(2);
    assertThat(window.encode()).isEqualTo("v1 s1");
  }

  @Test
  void offsetsThatNeverArriveAreDone() {
    OffsetWindow window = new OffsetWindow(0, List.of());
    window.admit(0);
    // 1 is a transaction marker, 2 and 3 were aborted.
    window.admit(4);
    window.set(0, State.DONE);

    assertThat(window.firstOpen()).isEqualTo(4);
    window.set(4, State.DONE);
    window.skipTo(6);
    assertThat(window.firstOpen()).isEqualTo(6);
  }

  @Test
  void anOffsetThatWasPutBackIsWaitingForTheNextOwner() {
    OffsetWindow window = windowOf(3);
    window.set(0, State.STARTED);
    window.set(1, State.STARTED);
    window.set(0, State.WAITING);

    assertThat(window.encode()).isEqualTo("v1 w1 s1");
  }

  @Test
  void theNextOwnerFindsWhatItsPredecessorLeft() throws Exception {
    OffsetWindow recovered = new OffsetWindow(50, WindowCodec.decode("v1 s1 d2 w1 s1"));

    assertThat(recovered.admit(50)).isEqualTo(State.STARTED);
    assertThat(recovered.admit(51)).isEqualTo(State.DONE);
    assertThat(recovered.admit(52)).isEqualTo(State.DONE);
    assertThat(recovered.admit(53)).isEqualTo(State.WAITING);
    assertThat(recovered.admit(54)).isEqualTo(State.STARTED);
    assertThat(recovered.admit(55)).isEqualTo(State.WAITING);
  }

  @Test
  void refusesToChangeWhatIsCommittedAsDone() {
    OffsetWindow window = windowOf(3);
    window.set(0, State.DONE);
    window.committed();

    assertThatThrownBy(() -> window.set(0, State.STARTED))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void takesNoMoreWhenItsTextMightGrowPastTheLimit() {
    OffsetWindow window = windowOf(20_000);
    int started = 0;
    while (window.mayTouch(started)) {
      window.set(started++, State.STARTED);
    }
    // The worst case now: every second one finishes.
    for (int offset = 1; offset < started; offset += 2) {
      window.set(offset, State.DONE);
    }

    assertThat(started).isBetween(WindowCodec.MOST_PACKED, WindowCodec.MOST_PACKED + 30);
    assertThat(window.encode().length()).isLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
  }

  /** Too many offsets to be packed: one hangs, and the others end behind it. */
  @Test
  void aLongWindowTakesWhatItsRunsCanSay() {
    OffsetWindow window = windowOf(60_000);
    window.set(0, State.STARTED);
    for (int offset = 1; offset < 30_000; offset++) {
      window.set(offset, State.DONE);
    }
    int end = 30_000;
    while (window.mayTouch(end)) {
      window.set(end++, State.STARTED);
    }
    assertThat(window.nearlyFull()).isTrue();
    for (int offset = 30_001; offset < end; offset += 2) {
      window.set(offset, State.DONE);
    }

    assertThat(end - 30_000).isBetween(500, 700);
    assertThat(window.encode().length()).isLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
    window.set(0, State.DONE);
    window.committed();
    assertThat(window.mayTouch(end)).as("once the first is done, it is short").isTrue();
    assertThat(window.nearlyFull()).isFalse();
  }

  /** A sender hangs with 1,500 messages that another one's lie between, and the other goes on. */
  @Test
  void manyThatHangLeaveRoomForThoseBehindThem() throws Exception {
    OffsetWindow window = windowOf(60_000);
    for (int offset = 0; offset < 3_000; offset++) {
      assertThat(window.mayTouch(offset)).isTrue();
      window.set(offset, State.STARTED);
      if (offset % 2 == 1) {
        window.set(offset, State.DONE);
      }
    }
    for (int offset = 3_000; offset < 60_000; offset += 60) {
      for (int i = 0; i < 60; i++) {
        assertThat(window.mayTouch(offset + i)).as("offset %d", offset + i).isTrue();
        window.set(offset + i, State.STARTED);
      }
      for (int i = 59; i >= 0; i--) {
        window.set(offset + i, State.DONE);
      }
    }

    assertThat(window.nearlyFull()).isFalse();
    assertThat(window.encode()).startsWith("v2 2999 ").endsWith(" d57001");
    OffsetWindow successor = new OffsetWindow(0, WindowCodec.decode(window.encode()));
    assertThat(successor.admit(2_998)).isEqualTo(State.STARTED);
    assertThat(successor.mayTouch(2_998)).isTrue();
  }

  /** What was allowed because others were done is not allowed once these are open again. */
  @Test
  void aTransactionThatFailsLeavesNoWindowThatIsTooLong() {
    OffsetWindow window = windowOf(40_000);
    long end = 0;
    for (; window.mayTouch(end); end++) {
      window.set(end, end % 11 == 0 ? State.WAITING : State.DONE);
    }
    window.committed();
    List<Long> waiting = new ArrayList<>();
    for (long offset = 0; waiting.size() < 1_000; offset += 11) {
      waiting.add(offset);
    }
    for (int i = 0; i < 3; i++) {
      waiting.forEach(offset -> window.set(offset, State.DONE));
      long more = end;
      for (; window.mayTouch(more); more++) {
        window.set(more, State.STARTED);
      }
      assertThat(more).isGreaterThan(end);
      for (long offset = end; offset < more; offset++) {
        window.set(offset, State.WAITING);
      }
      waiting.forEach(offset -> window.set(offset, State.WAITING));
      window.rolledBack();

      assertThat(window.mayTouch(end)).isFalse();
      assertThat(window.encode().length()).isLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
    }
  }

  @Test
  void aWindowMaySpanManyThousandsOfDoneOffsets() {
    OffsetWindow window = windowOf(60_000);
    window.set(0, State.STARTED);
    int offset = 1;
    while (offset < 60_000 && window.mayTouch(offset)) {
      window.set(offset, State.STARTED);
      window.set(offset, State.DONE);
      offset++;
    }

    assertThat(offset).isEqualTo(60_000);
    assertThat(window.encode()).isEqualTo("v1 s1 d59999");
  }

  /** A worker asks for the text of each of its partitions whenever one of them has changed. */
  @Test
  void theTextIsMadeAnewOnlyAfterAChange() {
    OffsetWindow window = windowOf(10);
    window.set(3, State.STARTED);
    String text = window.encode();
    window.skipTo(10);
    window.committed();
    assertThat(window.encode()).isSameAs(text);

    window.set(0, State.DONE);
    assertThat(window.encode()).isEqualTo("v1 w2 s1");
    window.set(0, State.WAITING);
    window.rolledBack();
    assertThat(window.encode()).isEqualTo(text);
    window.set(0, State.DONE);
    window.set(1, State.DONE);
    window.committed();
    assertThat(window.encode()).isEqualTo("v1 w1 s1");
    window.admit(10);
    window.skipTo(12);
    assertThat(window.encode()).isEqualTo("v1 w1 s1");
  }

  /** Offsets that the last owner left done count from when this one has passed them. */
  @Test
  void theTextChangesAsTheRecordsArrive() throws Exception {
    OffsetWindow window = new OffsetWindow(0, WindowCodec.decode("v1 d3 s1"));
    assertThat(window.encode()).isEqualTo("v1 d3 s1");
    window.skipTo(2);
    assertThat(window.encode()).isEqualTo("v1 d1 s1");
    window.skipTo(5);
    assertThat(window.encode()).isEqualTo(WindowCodec.encode(window.runs()));
  }

  /** Unreadable and held-back records go straight from waiting to done, and must ask as well. */
  @Test
  void buriesNoMoreThanItsTextCanSay() {
    OffsetWindow window = windowOf(20_000);
    int deadLetters = 0;
    for (int offset = 1; offset < 20_000 && window.mayTouch(offset); offset += 2) {
      window.set(offset, State.DONE);
      deadLetters++;
    }

    assertThat(2 * deadLetters).isBetween(WindowCodec.MOST_PACKED, WindowCodec.MOST_PACKED + 30);
    assertThat(window.encode().length()).isLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
    assertThat(window.crowded()).isTrue();
    assertThat(window.mayTouch(0)).as("the first can always go").isTrue();
  }

  /** As after a reset of the longest log that can be reset. */
  @Test
  void aLongLogInDoubtTakesNoMoreMemoryThanAShortOne() {
    int length = 999_999_999;
    OffsetWindow window = new OffsetWindow(7, List.of(new WindowCodec.Run(State.STARTED, length)));
    assertThat(window.admit(7)).isEqualTo(State.STARTED);
    assertThat(window.mayTouch(7)).isTrue();
    window.set(7, State.DONE);
    window.committed();

    assertThat(window.base()).isEqualTo(8);
    assertThat(window.encode()).isEqualTo("v1 s" + (length - 1));
    assertThat(window.admit(8)).isEqualTo(State.STARTED);
  }

  private static OffsetWindow windowOf(int records) {
    OffsetWindow window = new OffsetWindow(0, List.of());
    for (int offset = 0; offset < records; offset++) {
      window.admit(offset);
    }
    return window;
  }
}
