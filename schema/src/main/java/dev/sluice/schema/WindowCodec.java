package dev.sluice.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Encodes an offset window as the metadata of a committed offset, in one of two forms. Offsets
 * after the last one it names are waiting.
 *
 * <ul>
 *   <li>Runs: a version, then run lengths of the states of the offsets from the committed one on,
 *       for example {@code v1 d3 s12 w1 s4}. It is readable in any Kafka UI and its length depends
 *       on the number of runs, so it suits a few open offsets among any number of done ones.
 *   <li>Partly packed: a version, a number of offsets, a character for each four of them, then the
 *       runs behind these, for example {@code v2 6 ]1 d3} for {@code v1 s1 d3 w1 s1 d3}. The length
 *       of the packed part depends on nothing but its number, so it suits thousands of open offsets
 *       that end in any order. Only long windows are packed, as far as that makes them shorter.
 * </ul>
 */
public final class WindowCodec {
  /** The broker's default limit, {@code offset.metadata.max.bytes}. */
  public static final int MAX_LENGTH = 4096;

  /** So many offsets fit, whatever their states. */
  public static final int MOST_PACKED = 16_000;

  /** Runs up to this length are not packed, so that they can be read. */
  private static final int READABLE_LENGTH = MAX_LENGTH / 2;

  private static final String VERSION = "v1";
  private static final String PACKED_VERSION = "v2";
  private static final Pattern RUN = Pattern.compile("([dsw])([1-9][0-9]{0,8})");

  /** Four states are a number to the base of 3, counted from this character: 81 visible ones. */
  private static final char ZERO = '(';

  private static final int STATES = 3;
  private static final int PER_CHARACTER = 4;
  private static final Pattern NUMBER = Pattern.compile("[1-9][0-9]{0,4}");
  private static final Pattern FOURS = Pattern.compile("[(-x]+");

  /** A run that is split where the packed part ends may take so many more digits as a whole. */
  private static final int SPLIT = 4;

  private WindowCodec() {}

  /** The state of an offset. */
  public enum State {
    /** Not sent yet. */
    WAITING('w', 0),
    /** Its send was declared; whether it was sent is unknown until it is done. */
    STARTED('s', 1),
    /** Its outcome is published. */
    DONE('d', 2);

    private final char letter;
    private final int digit;

    State(char letter, int digit) {
      this.letter = letter;
      this.digit = digit;
    }

    private static State ofDigit(int digit) {
      return switch (digit) {
        case 0 -> WAITING;
        case 1 -> STARTED;
        default -> DONE;
      };
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

  /** Returns the runs as text: the shortest one, unless it is short enough to be readable. */
  public static String encode(List<Run> runs) {
    int behind = runs.stream().mapToInt(WindowCodec::length).sum();
    int shortest = VERSION.length() + behind;
    if (shortest <= READABLE_LENGTH) {
      return asRuns(runs);
    }
    int packed = 0;
    int packedOffsets = 0;
    long offsets = 0;
    for (int i = 0; i < runs.size(); i++) {
      offsets += runs.get(i).length();
      behind -= length(runs.get(i));
      if (offsets > MOST_PACKED) {
        break;
      }
      if (packedLength((int) offsets) + behind < shortest) {
        shortest = packedLength((int) offsets) + behind;
        packed = i + 1;
        packedOffsets = (int) offsets;
      }
    }
    return packed == 0
        ? asRuns(runs)
        : packed(runs.subList(0, packed), packedOffsets) + words(runs.subList(packed, runs.size()));
  }

  private static int length(Run run) {
    return 2 + digits(run.length());
  }

  private static int packedLength(int offsets) {
    return PACKED_VERSION.length() + 2 + digits(offsets) + Math.ceilDiv(offsets, PER_CHARACTER);
  }

  private static int digits(int number) {
    int digits = 1;
    for (int rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return digits;
  }

  private static String packed(List<Run> runs, int offsets) {
    StringBuilder text = new StringBuilder(PACKED_VERSION).append(' ').append(offsets).append(' ');
    int four = 0;
    int count = 0;
    for (Run run : runs) {
      for (int i = 0; i < run.length(); i++) {
        four = STATES * four + run.state().digit;
        if (++count % PER_CHARACTER == 0) {
          text.append((char) (ZERO + four));
          four = 0;
        }
      }
    }
    if (count % PER_CHARACTER > 0) {
      for (; count % PER_CHARACTER > 0; count++) {
        four *= STATES;
      }
      text.append((char) (ZERO + four));
    }
    return text.toString();
  }

  /** Returns the runs in the form that people can read, which may be longer than the limit. */
  public static String asRuns(List<Run> runs) {
    return VERSION + words(runs);
  }

  private static String words(List<Run> runs) {
    StringBuilder text = new StringBuilder();
    for (Run run : runs) {
      text.append(' ').append(run.state().letter).append(run.length());
    }
    return text.toString();
  }

  /**
   * Parses runs.
   *
   * @throws UnreadableWindowException if the text is of neither form. Nothing may be assumed then:
   *     an offset thought to be waiting might have been sent.
   */
  public static List<Run> decode(String text) throws UnreadableWindowException {
    String[] words = text.split(" ", -1);
    return switch (words[0]) {
      case VERSION -> runs(words, 1);
      case PACKED_VERSION -> unpacked(text, words);
      default ->
          throw new UnreadableWindowException(
              "offset metadata does not begin with \""
                  + VERSION
                  + "\" or \""
                  + PACKED_VERSION
                  + "\": \""
                  + shortened(text)
                  + "\"");
    };
  }

  private static List<Run> unpacked(String text, String[] words) throws UnreadableWindowException {
    boolean complete = words.length > 2 && NUMBER.matcher(words[1]).matches();
    int offsets = complete ? Integer.parseInt(words[1]) : 0;
    if (!complete
        || words[2].length() != Math.ceilDiv(offsets, PER_CHARACTER)
        || !FOURS.matcher(words[2]).matches()) {
      throw new UnreadableWindowException(
          "offset metadata is not a packed window: \"" + shortened(text) + "\"");
    }
    String fours = words[2];
    List<Run> runs = new ArrayList<>();
    State state = state(fours, 0);
    int from = 0;
    for (int offset = 1; offset < offsets; offset++) {
      State next = state(fours, offset);
      if (next != state) {
        runs.add(new Run(state, offset - from));
        state = next;
        from = offset;
      }
    }
    runs.add(new Run(state, offsets - from));
    runs.addAll(runs(words, 3));
    return runs;
  }

  private static State state(String fours, int offset) {
    int four = fours.charAt(offset / PER_CHARACTER) - ZERO;
    for (int i = PER_CHARACTER - 1; i > offset % PER_CHARACTER; i--) {
      four /= STATES;
    }
    return State.ofDigit(four % STATES);
  }

  private static List<Run> runs(String[] words, int from) throws UnreadableWindowException {
    List<Run> runs = new ArrayList<>(words.length - from);
    for (int i = from; i < words.length; i++) {
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
   * Returns the greatest length that runs can reach from here if no further offset is started.
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

  /**
   * Returns the greatest length that the text can reach if its first offsets are packed and no
   * further one is started.
   *
   * @param packed the number of packed offsets, up to {@link #MOST_PACKED}
   * @param open offsets behind them that are not done
   * @param span offsets behind them
   */
  public static int worstLength(int packed, int open, int span) {
    return packedLength(packed) + worstLength(open, span) - VERSION.length() + SPLIT;
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
