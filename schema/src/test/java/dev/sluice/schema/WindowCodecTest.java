package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schema.WindowCodec.Run;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowCodecTest {
  @Test
  void isReadableText() {
    List<Run> runs =
        List.of(new Run(State.DONE, 3), new Run(State.STARTED, 12), new Run(State.WAITING, 1));

    assertThat(WindowCodec.encode(runs)).isEqualTo("v1 d3 s12 w1");
  }

  @Test
  void anEmptyWindowIsItsVersionAlone() throws Exception {
    assertThat(WindowCodec.encode(List.of())).isEqualTo("v1");
    assertThat(WindowCodec.decode("v1")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "v2",
        "v2 d3",
        "v2 5 (",
        "v2 4 ((",
        "v2 4 y",
        "v2 4 ]1 ",
        "v2 6 ]1 ",
        "v2 6 ]1 d0",
        "v2 6 ]1 d3 ]",
        "v2 99999 ]1",
        "v3 d3",
        "v1d3",
        "v1  d3",
        "v1 x3",
        "v1 d0",
        "v1 d-1",
        "v1 d",
        "v1 3d",
        "V1 d3",
        "v1 d9999999999",
        "v1 d3 ",
        "AAAAAQID",
        "{\"version\":1}"
      })
  void refusesWhatItDoesNotKnowInsteadOfAssumingThatNothingWasStarted(String foreign) {
    assertThatThrownBy(() -> WindowCodec.decode(foreign))
        .isInstanceOf(UnreadableWindowException.class);
  }

  @Property
  void whatIsWrittenIsRead(@ForAll("windows") List<Run> runs) throws Exception {
    assertThat(WindowCodec.decode(WindowCodec.asRuns(runs))).isEqualTo(runs);
  }

  @Test
  void packsFourOffsetsIntoACharacter() throws Exception {
    assertThat(WindowCodec.asRuns(WindowCodec.decode("v2 6 ]1"))).isEqualTo("v1 s1 d3 w1 s1");
  }

  /** Whatever their states, and also if they are a few more or less than whole characters. */
  @Property(tries = 100)
  void soManyOpenOffsetsAlwaysFit(
      @ForAll @IntRange(min = WindowCodec.MOST_PACKED - 12_000, max = WindowCodec.MOST_PACKED)
          int open,
      @ForAll long seed)
      throws Exception {
    Random random = new Random(seed);
    int done = random.nextInt(WindowCodec.MOST_PACKED - open + 1);
    List<Run> runs = shuffledWindow(open, done, random);
    String text = WindowCodec.encode(runs);

    assertThat(text).startsWith("v2 ").hasSizeLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
    assertThat(WindowCodec.decode(text)).isEqualTo(runs);
  }

  /** Whatever the first ones do, they take the same room; those behind are runs. */
  @Property(tries = 100)
  void packsOnlyTheCrowdedBeginningOfALongWindow(
      @ForAll @IntRange(min = 600, max = 1_500) int hanging,
      @ForAll @IntRange(max = 200) int open,
      @ForAll @IntRange(min = 20_000, max = 1_000_000) int done,
      @ForAll long seed)
      throws Exception {
    Random random = new Random(seed);
    List<Run> runs = new ArrayList<>(shuffledWindow(hanging, hanging, random));
    runs.addAll(shuffledWindow(open + 1, done, random));
    List<Run> joined = joined(runs);
    String text = WindowCodec.encode(joined);

    assertThat(WindowCodec.decode(text)).isEqualTo(joined);
    assertThat(text)
        .hasSizeLessThanOrEqualTo(WindowCodec.worstLength(2 * hanging, open + 1, open + 1 + done));
  }

  @Test
  void showsHowAPartlyPackedWindowIsWritten() throws Exception {
    assertThat(WindowCodec.asRuns(WindowCodec.decode("v2 6 ]1 d3 s1")))
        .isEqualTo("v1 s1 d3 w1 s1 d3 s1");
  }

  /** Neighbours of the same state as one run. */
  private static List<Run> joined(List<Run> runs) {
    List<Run> joined = new ArrayList<>();
    for (Run run : runs) {
      if (!joined.isEmpty() && joined.getLast().state() == run.state()) {
        Run last = joined.removeLast();
        joined.add(new Run(run.state(), last.length() + run.length()));
      } else {
        joined.add(run);
      }
    }
    return joined;
  }

  @Test
  void aLongWindowOfFewOpenOffsetsIsNotPacked() {
    List<Run> runs = List.of(new Run(State.STARTED, 1), new Run(State.DONE, 100_000));

    assertThat(WindowCodec.encode(runs)).isEqualTo("v1 s1 d100000");
  }

  /** The bound must cover every order in which the started offsets of a window may finish. */
  @Property
  void noWindowIsLongerThanItsBound(
      @ForAll @IntRange(min = 1, max = 600) int open,
      @ForAll @IntRange(max = 30_000) int done,
      @ForAll long seed) {
    List<Run> runs = shuffledWindow(open, done, new Random(seed));

    assertThat(WindowCodec.encode(runs).length())
        .isLessThanOrEqualTo(WindowCodec.worstLength(open, open + done));
  }

  /** Alternates open and done offsets in runs of equal length, the hardest windows to encode. */
  @Property
  void theBoundCoversEvenlySpreadWindows(
      @ForAll @IntRange(min = 1, max = 600) int open,
      @ForAll @IntRange(min = 1, max = 120) int gap) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < open; i++) {
      runs.add(new Run(i % 2 == 0 ? State.STARTED : State.WAITING, 1));
      runs.add(new Run(State.DONE, gap));
    }

    assertThat(WindowCodec.encode(runs).length())
        .isLessThanOrEqualTo(WindowCodec.worstLength(open, open * (gap + 1)));
  }

  private static List<Run> shuffledWindow(int open, int done, Random random) {
    List<State> offsets = new ArrayList<>();
    for (int i = 1; i < open; i++) {
      offsets.add(random.nextBoolean() ? State.STARTED : State.WAITING);
    }
    for (int i = 0; i < done; i++) {
      offsets.add(State.DONE);
    }
    java.util.Collections.shuffle(offsets, random);
    // A window begins at the first offset that is not done.
    offsets.addFirst(State.STARTED);
    List<Run> runs = new ArrayList<>();
    int from = 0;
    for (int i = 1; i <= offsets.size(); i++) {
      if (i == offsets.size() || offsets.get(i) != offsets.get(from)) {
        runs.add(new Run(offsets.get(from), i - from));
        from = i;
      }
    }
    return runs;
  }

  @Provide
  Arbitrary<List<Run>> windows() {
    return Combinators.combine(
            Arbitraries.of(State.class), Arbitraries.integers().between(1, 100_000))
        .as(Run::new)
        .list()
        .ofMaxSize(200);
  }
}
