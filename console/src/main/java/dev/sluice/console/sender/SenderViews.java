package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.SENDER;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Afterwards;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.Control;
import dev.sluice.schema.jooq.tables.records.SenderRecord;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Senders as the API shows them. */
public final class SenderViews {
  private static final int PAGE = 200;

  private final DSLContext sql;
  private final ControlsView controls;
  private final DailyUsage usage;

  /**
   * Creates the views.
   *
   * @param usage shared by all views
   */
  public SenderViews(DSLContext sql, ControlsView controls, DailyUsage usage) {
    this.sql = sql;
    this.controls = controls;
    this.usage = usage;
  }

  Map<String, @Nullable Object> one(String id) {
    return page(SENDER.ID.eq(id)).stream()
        .findFirst()
        .orElseThrow(() -> ProblemException.notFound("There is no sender " + id + "."));
  }

  /**
   * Returns a sender that was just changed; how many people it wrote to is null if that cannot be
   * read now.
   */
  Map<String, @Nullable Object> changed(SenderRecord row) {
    return view(row, Afterwards.read(() -> used(List.of(row))).orElse(Map.of()));
  }

  /**
   * Returns the next senders in the order of their ids.
   *
   * @param id the last one seen, or the empty text
   */
  public List<Map<String, @Nullable Object>> after(String id) {
    return page(SENDER.ID.gt(id));
  }

  /** Returns the next senders whose ids contain a text, in any case; all if it is empty. */
  List<Map<String, @Nullable Object>> found(String part, String id) {
    return part.isEmpty()
        ? after(id)
        : page(SENDER.ID.gt(id).and(SENDER.ID.containsIgnoreCase(part)));
  }

  private List<Map<String, @Nullable Object>> page(Condition which) {
    // Fetched whole: code that holds a connection must not wait for a second one.
    List<SenderRecord> rows =
        sql.selectFrom(SENDER).where(which).orderBy(SENDER.ID).limit(PAGE).fetch();
    Map<String, Integer> used = used(rows);
    return rows.stream().map(row -> view(row, used)).toList();
  }

  private Map<String, Integer> used(List<SenderRecord> rows) {
    return usage.of(
        sql,
        rows.stream().filter(row -> row.getDailyLimit() != null).map(SenderRecord::getId).toList());
  }

  private Map<String, @Nullable Object> view(SenderRecord row, Map<String, Integer> used) {
    Map<String, @Nullable Object> view = new LinkedHashMap<>();
    view.put("id", row.getId());
    view.put("provider", row.getProvider());
    view.put("address", row.getAddress());
    view.put("account", row.getAccount());
    view.put("ratePerSecond", row.getRatePerSecond());
    view.put("lanes", row.getLanes());
    view.put("dailyLimit", row.getDailyLimit());
    view.put("usedIn24Hours", row.getDailyLimit() == null ? null : used.get(row.getId()));
    view.put("capMessages", row.getCapMessages());
    view.put("capDays", row.getCapDays());
    view.put("createdAt", row.getCreatedAt());
    Control control = controls.sender(row.getId());
    boolean blocked = control.state() == Control.State.BLOCKED;
    view.put("blocked", blocked);
    view.put("blockReason", blocked ? control.reason() : null);
    return view;
  }
}
