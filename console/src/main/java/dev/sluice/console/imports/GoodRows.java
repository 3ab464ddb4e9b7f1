package dev.sluice.console.imports;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** The usable rows of a file. All others are kept aside with their reasons. */
public final class GoodRows implements Iterator<RowRules.Usable> {
  private final Iterator<Rows.Row> rows;
  private final RowRules rules;
  private final Rejections rejections = new Rejections();
  private RowRules.@Nullable Usable next;

  public GoodRows(Iterator<Rows.Row> rows, RowRules rules) {
    this.rows = rows;
    this.rules = rules;
  }

  /** Returns the rows that were rejected so far. */
  Rejections rejections() {
    return rejections;
  }

  /** Returns the report on the rows so far, with these counts. */
  public RecipientImport.Report report(long accepted, long duplicates) {
    return rejections.report(accepted, duplicates, new Missing.Tally(Needs.NOTHING));
  }

  /** Skips the rejected rows before the first usable one. */
  void skipToFirst() {
    readNext();
  }

  @Override
  public boolean hasNext() {
    readNext();
    return next != null;
  }

  private void readNext() {
    while (next == null && rows.hasNext()) {
      Rows.Row row = rows.next();
      switch (rules.judge(row)) {
        case RowRules.Usable usable -> next = usable;
        case RowRules.Unusable(String reason) -> rejections.add(row.line(), reason);
      }
    }
  }

  @Override
  public RowRules.Usable next() {
    readNext();
    RowRules.Usable usable = next;
    if (usable == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return usable;
  }
}
