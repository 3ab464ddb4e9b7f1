package dev.sluice.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.WindowCodec;
import dev.sluice.schema.WindowCodec.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Compares the window with models of it, over random histories. */
class OffsetWindowHistoriesTest {
  /** Compares a random history, with commits and successors, with a plain map. */
  @Property(tries = 100)
  void alwaysAgreesWithAModelAndAlwaysFits(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    OffsetWindow window = new OffsetWindow(0, List.of());
    Map<Long, State> model = new TreeMap<>();
    long next = 0;
    for (int step = 0; step < 3_000; step++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2 -> {
          long offset = next + (random.nextInt(20) == 0 ? random.nextInt(5) : 0);
          for (long gap = next; gap < offset; gap++) {
            model.put(gap, State.DONE);
          }
          model.put(offset, window.admit(offset));
          next = offset + 1;
        }
        case 3, 4, 5 -> change(window, model, random, State.WAITING, State.STARTED);
        case 6, 7 -> change(window, model, random, State.STARTED, State.DONE);
        case 8 ->
            change(
                window,
                model,
                random,
                random.nextBoolean() ? State.STARTED : State.WAITING,
                random.nextBoolean() ? State.WAITING : State.DONE);
        default -> {
          window.committed();
          if (random.nextInt(5) == 0) {
            // The owner dies: the next one knows what was committed and reads from there.
            window = new OffsetWindow(window.base(), WindowCodec.decode(window.encode()));
            for (long offset = window.base(); offset < next; offset++) {
              if (arrives(model, offset)) {
                window.admit(offset);
              }
            }
            window.skipTo(next);
          }
        }
      }
      assertThat(window.encode().length()).isLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
      assertThat(window.encode()).isEqualTo(WindowCodec.encode(window.runs()));
    }
    for (Map.Entry<Long, State> entry : model.entrySet()) {
      assertThat(window.state(entry.getKey()))
          .as("offset %d", entry.getKey())
          .isEqualTo(entry.getValue());
    }
  }

  /**
   * A long log that was declared in doubt is one run. It is worked off in pieces that fit and
   * completes, whatever the outcomes and wherever transactions left their markers.
   */
  @Property(tries = 3)
  void settlesALongLogInDoubtPieceByPiece(@ForAll long seed) {
    Random random = new Random(seed);
    int length = WindowCodec.MOST_PACKED - 1_000 + random.nextInt(2_500);
    int markers = 1 + random.nextInt(5);
    OffsetWindow window = new OffsetWindow(0, List.of(new WindowCodec.Run(State.STARTED, length)));
    Deque<Long> open = new ArrayDeque<>();
    List<Long> again = new ArrayList<>();
    for (long offset = 0; offset < length; offset++) {
      if (random.nextInt(markers + 1) > 0) {
        assertThat(window.admit(offset)).isEqualTo(State.STARTED);
        open.add(offset);
      }
    }
    window.skipTo(length);
    while (!open.isEmpty() || !again.isEmpty()) {
      int before = open.size() + again.size();
      while (!open.isEmpty() && window.mayTouch(open.getFirst())) {
        long offset = open.removeFirst();
        boolean resend = random.nextBoolean();
        window.set(offset, resend ? State.WAITING : State.DONE);
        if (resend) {
          again.add(offset);
        }
        assertNowAndThenThatItFits(window, random);
      }
      Collections.shuffle(again, random);
      for (int i = 0; i < again.size() / 2 + 1 && !again.isEmpty(); i++) {
        long offset = again.removeLast();
        assertThat(window.mayTouch(offset)).isTrue();
        window.set(offset, State.STARTED);
        window.set(offset, State.DONE);
        assertNowAndThenThatItFits(window, random);
      }
      window.committed();
      assertThat(open.size() + again.size()).as("it goes on").isLessThan(before);
    }
    assertThat(window.firstOpen()).isEqualTo(length);
    assertThat(window.encode()).isEqualTo("v1");
  }

  /** Always would take seconds. */
  private static void assertNowAndThenThatItFits(OffsetWindow window, Random random) {
    if (random.nextInt(20) == 0) {
      assertThat(window.encode().length()).isLessThanOrEqualTo(WindowCodec.MAX_LENGTH);
    }
  }

  private static boolean arrives(Map<Long, State> model, long offset) {
    return model.get(offset) != State.DONE;
  }

  private static void change(
      OffsetWindow window, Map<Long, State> model, Random random, State from, State to) {
    List<Long> candidates = new ArrayList<>();
    model.forEach((offset, state) -> {
      if (state == from) {
        candidates.add(offset);
      }
    });
    if (candidates.isEmpty()) {
      return;
    }
    long offset = candidates.get(random.nextInt(Math.min(candidates.size(), 40)));
    if (from != State.WAITING || window.mayTouch(offset)) {
      window.set(offset, to);
      model.put(offset, to);
    }
  }
}
