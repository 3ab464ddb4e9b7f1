package dev.sluice.console.campaign;

import static dev.sluice.schema.CampaignStatus.DRAFT;
import static dev.sluice.schema.CampaignStatus.SCHEDULED;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.jooq.tables.records.CampaignRecord;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * The rows of campaigns: one caller at a time changes one, and nobody while recipients are added.
 */
public final class CampaignRows {
  /** Long enough for another change of the same campaign; other changes need connections. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final DSLContext sql;

  public CampaignRows(DSLContext sql) {
    this.sql = sql;
  }

  /** Returns the columns to set, of a row that is locked; the first argument reads others. */
  interface Change
      extends BiFunction<DSLContext, CampaignRecord, Map<Field<?>, @Nullable Object>> {}

  <T> T read(UUID id, Field<T> column) {
    return sql.select(column)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(id))
        .fetchOptional(column)
        .orElseThrow(() -> notFound(id));
  }

  /** Returns the row of a campaign that has not started. */
  CampaignRecord open(UUID id) {
    return requireOpen(
        sql.selectFrom(CAMPAIGN)
            .where(CAMPAIGN.ID.eq(id))
            .fetchOptional()
            .orElseThrow(() -> notFound(id)));
  }

  /** Changes a campaign that has not started. */
  void changeOpen(UUID id, Change columns) {
    changeOpen(id, columns, inside -> id);
  }

  /** The same, with what is read of it in the same transaction. */
  <T> T changeOpen(UUID id, Change columns, Function<DSLContext, T> answer) {
    return change(id, (inside, row) -> columns.apply(inside, requireOpen(row)), answer);
  }

  /**
   * Changes a campaign.
   *
   * @param answer reads what is shown of it, while nobody else can change it
   */
  <T> T change(UUID id, Change columns, Function<DSLContext, T> answer) {
    return Briefly.change(
        sql,
        PATIENCE,
        CampaignRows::held,
        inside -> {
          requireNoImport(inside, id);
          CampaignRecord row =
              inside
                  .selectFrom(CAMPAIGN)
                  .where(CAMPAIGN.ID.eq(id))
                  .forNoKeyUpdate()
                  .fetchOptional()
                  .orElseThrow(() -> notFound(id));
          inside
              .update(CAMPAIGN)
              .set(columns.apply(inside, row))
              .where(CAMPAIGN.ID.eq(id))
              .execute();
          return answer.apply(inside);
        });
  }

  /** Looks at a campaign to which nobody adds recipients, and to which nobody can meanwhile. */
  void withoutImport(UUID id, Consumer<DSLContext> look) {
    sql.transaction(transaction -> {
      requireNoImport(transaction.dsl(), id);
      look.accept(transaction.dsl());
    });
  }

  /**
   * Refuses while recipients are added to a campaign: a start would wait for them, and then be for
   * more people than whoever starts it has seen.
   */
  void requireNoImport(UUID id) {
    requireNoImport(sql, id);
  }

  /** Returns whether a campaign has not started, so that recipients can be added. */
  static boolean isOpen(CampaignStatus status) {
    return status == DRAFT || status == SCHEDULED;
  }

  private static CampaignRecord requireOpen(CampaignRecord row) {
    if (!isOpen(row.getStatus())) {
      throw ProblemException.conflict(
          "The campaign is " + row.getStatus() + ": it is fixed once it has started.");
    }
    return row;
  }

  /**
   * An import shares the row with other imports and is not waited for, unlike another change. Each
   * change meanwhile would lengthen what the foreign key of each of its recipients walks.
   */
  private static void requireNoImport(DSLContext inside, UUID id) {
    var row = inside.selectOne().from(CAMPAIGN).where(CAMPAIGN.ID.eq(id));
    boolean free = !row.forNoKeyUpdate().skipLocked().fetch().isEmpty();
    if (!free && !row.forShare().skipLocked().fetch().isEmpty()) {
      throw ProblemException.conflict(
          "Recipients are being added to the campaign just now. It can be started, changed and"
              + " archived once they are there; try again in a moment.");
    }
  }

  static ProblemException held() {
    return ProblemException.conflict(
        "The campaign is being changed or started just now; try again in a moment.");
  }

  private static ProblemException notFound(UUID id) {
    return ProblemException.notFound("There is no campaign " + id + ".");
  }
}
