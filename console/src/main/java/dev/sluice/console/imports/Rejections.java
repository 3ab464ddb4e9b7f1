package dev.sluice.console.imports;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Clipped;
import java.util.ArrayList;
import java.util.List;

/** The rows that were rejected: all are counted, and the first are listed with the reason. */
final class Rejections {
  /**
   * The column of reasons in a file of rejected rows: the last one, with an unusual name, so that
   * it is not taken for one of the file's own when the corrected file comes back.
   */
  static final String REASON = "reason (Sluice)";

  private static final int LISTED = 10_000;

  /** A file with this many unusable rows is no list of people, and others wait for the place. */
  private static final int MOST = 5_000_000;

  /** Reasons repeat names of columns, which may be long. */
  private static final int LONGEST_REASON = 300;

  private final int most;
  private final List<Rejected> listed = new ArrayList<>();
  private long count;

  Rejections() {
    this(LISTED);
  }

  /** Lists the first {@code most} rows. */
  Rejections(int most) {
    this.most = most;
  }

  /** A rejected row. */
  record Rejected(long line, String reason) {}

  /**
   * Counts a row.
   *
   * @throws ProblemException 413 if there are too many
   */
  void add(long line, String reason) {
    if (++count > MOST) {
      throw ProblemException.tooLarge(
          "More than "
              + MOST
              + " rows cannot be used, the first because "
              + listed.getFirst().reason()
              + ". The rest of the file was not read.");
    }
    if (listed.size() < most) {
      listed.add(new Rejected(line, Clipped.to(LONGEST_REASON, reason)));
    }
  }

  /** Returns the report on the rows, with what the usable ones lack. */
  RecipientImport.Report report(long accepted, long duplicates, Missing.Tally lacking) {
    return new RecipientImport.Report(
        accepted, duplicates, count, listed, lacking.empty(), lacking.missing().orElse(null));
  }
}
