package dev.sluice.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Encodes an offset window as the metadata of a committed offset: a version, then run lengths of
 * the states of the offsets from the committed one on, for example {@code v1 d3 s12 w1 s4}. Offsets
 * after the last run are waiting. It is text so that it is readable in any Kafka UI.
 */
public final class WindowCodec {
  /** The broker's default limit, {@code offset.metadata.max.bytes}. */
  public static final int MAX_LENGTH = 4096;

  private static final String VERSION = "v1";
  private static final Pattern RUN = Pattern.compile("([dsw])([1-9][0-9]{0,8})");

  private WindowCodec() {}

  /** The state of an offset. */
  public enum State {
    /** Not sent yet. */
    WAITING('w'),
    /** Its send was declared; whether it was sent is unknown until it is done. */
    STARTED('s'),
    /** Its outcome is published. */
    DONE('d');

    private final char letter;

    State(char letter) {
      this.letter = letter;
    }

    private static State of(char letter) {
      return switch (letter) {
        case 'w' -> WAITING;
        case 's' -> STARTED;
        case 'd' -> DONE;
        default -> throw new IllegalArgumentException("no state " + letter);
      };
    }
  }

  /**
   * Consecutive offsets of the same state.
   *
   * @param state their state
   * @param length their number, above 0
   */
  public record Run(State state, int length) {
    public Run {
      if (length <= 0) {
        throw new IllegalArgumentException("a run has at least one offset");
      }
    }
  }

  /** Returns the runs as text. */
  public static String encode(List<Run> runs) {
    StringBuilder text = new StringBuilder(VERSION);
    for (Run run : runs) {
      text.append(' ').append(run.state().letter).append(run.length());
    }
    return text.toString();
  }

  /**
   * Parses runs.
   *
   * @throws UnreadableWindowException if the text is not of this version's form. Nothing may be
   *     assumed then: an offset thought to be waiting might have been sent.
   */
  public static List<Run> decode(String text) throws UnreadableWindowException {
    String[] words = text.split(" ", -1);
    if (!words[0].equals(VERSION)) {
      throw new UnreadableWindowException(
          "offset metadata does not begin with \"" + VERSION + "\": \"" + shortened(text) + "\"");
    }
    List<Run> runs = new ArrayList<>(words.length - 1);
    for (int i = 1; i < words.length; i++) {
      Matcher run = RUN.matcher(words[i]);
      if (!run.matches()) {
        throw new UnreadableWindowException(
            "offset metadata holds \"" + shortened(words[i]) + "\", which is not a run");
      }
      runs.add(new Run(State.of(run.group(1).charAt(0)), Integer.parseInt(run.group(2))));
    }
    return runs;
  }

  /**
   * Returns the greatest length that the text can reach from here if no further offset is started.
   * Finished sends split runs, so what fits now may not fit later; this is the bound over all
   * orders in which they can finish.
   *
   * @param open offsets of the window that are not done
   * @param span offsets of the window
   */
  public static int worstLength(int open, int span) {
    if (open == 0) {
      return VERSION.length();
    }
    // In the worst case each open offset is a run of its own, preceded by a run of done ones. A run
    // takes a space, a letter and its digits; the done offsets are distributed so as to need the
    // most digits.
    int length = VERSION.length() + 3 * open;
    int done = span - open;
    int gaps = Math.min(open, done);
    length += 3 * gaps;
    long spare = (long) done - gaps;
    for (long step = 9; spare >= step && gaps > 0; step *= 10) {
      long longer = Math.min(gaps, spare / step);
      length += (int) longer;
      spare -= longer * step;
    }
    return length;
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
