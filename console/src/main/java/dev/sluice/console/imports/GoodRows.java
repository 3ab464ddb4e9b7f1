package dev.sluice.console.imports;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows that can be used. Whatever cannot be is kept aside with its reason. */
public final class GoodRows implements Iterator<RowRules.Usable> {
  private final Iterator<Rows.Row> rows;
  private final RowRules rules;
  private final Rejections rejections = new Rejections();
  private RowRules.@Nullable Usable next;

  public GoodRows(Iterator<Rows.Row> rows, RowRules rules) {
    this.rows = rows;
    this.rules = rules;
  }

  /** Those that could not be used so far. */
  Rejections rejections() {
    return rejections;
  }

  /** What came of the rows so far, of which so many were taken. */
  public RecipientImport.Report report(long accepted, long duplicates) {
    return rejections.report(accepted, duplicates, Optional.empty());
  }

  /** Passes over all that come before it. */
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
