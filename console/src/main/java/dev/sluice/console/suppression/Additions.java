package dev.sluice.console.suppression;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.http.Problems;
import dev.sluice.console.imports.GoodRows;
import dev.sluice.console.imports.RecipientImport;
import dev.sluice.console.imports.RowRules;
import dev.sluice.console.imports.Rows;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.exception.DataAccessException;

/** Suppresses the numbers of a file of any length, batch by batch. */
final class Additions {
  private static final int BATCH = 5_000;

  private final Suppressions added;

  Additions(Suppressions added) {
    this.added = added;
  }

  private static ProblemException problem(RuntimeException cause) {
    return switch (cause) {
      case ProblemException told -> told;
      case DataAccessException e when Problems.isRefusal(e) -> Problems.refusal(e);
      case DataAccessException e -> ProblemException.unavailable(Problems.silence(e) + ".");
      default -> ProblemException.unavailable("The file cannot be read to its end.");
    };
  }

  /**
   * Suppresses all good rows.
   *
   * @throws ProblemException if it cannot go on; it says how many are suppressed already, if any
   */
  RecipientImport.Report add(Rows rows, RowRules here, String reason) {
    Progress progress = new Progress();
    try {
      return add(rows, here, reason, progress);
    } catch (ProblemException | DataAccessException | UncheckedIOException e) {
      if (progress.read == 0) {
        throw e;
      }
      throw problem(e)
          .after(
              "The first "
                  + progress.read
                  + " numbers are suppressed; the file can be sent again whole.");
    }
  }

  /** The numbers committed so far, batch by batch. */
  private static final class Progress {
    private long read;
    private long news;
  }

  private RecipientImport.Report add(Rows rows, RowRules here, String reason, Progress progress) {
    List<String> batch = new ArrayList<>();
    GoodRows good = new GoodRows(rows, here);
    while (good.hasNext()) {
      batch.add(good.next().phone());
      if (batch.size() == BATCH || !good.hasNext()) {
        progress.news += added.add(batch, reason);
        progress.read += batch.size();
        batch.clear();
      }
    }
    return good.report(progress.news, progress.read - progress.news);
  }
}
