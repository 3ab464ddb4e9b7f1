package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.or;
import static org.jooq.impl.DSL.orderBy;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.DSL.val;

import dev.sluice.console.http.ProblemException;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * A campaign's recipients with a text anywhere in their number, key or variables. No index knows of
 * these, so a search looks through a bounded number of rows, in the order of an index, and tells
 * where it ended: whoever wants more goes on from there.
 *
 * @param status only recipients with it, or null for all
 * @param beginnings only those whose number begins like one of these, or null for all
 * @param text what is searched for, in any case
 */
record RecipientSearch(
    DSLContext sql,
    UUID campaignId,
    @Nullable RecipientStatus status,
    @Nullable List<String> beginnings,
    String text) {
  /** Rows that are looked through, and fewer if that takes too long: variables may be large. */
  private static final List<Integer> WALKS = List.of(100_000, 5_000, 250);

  /** A user waits for it, and others for the connection. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /** Right after an import PostgreSQL does not know how many rows there are, and would sort all. */
  static final Set<String> BY_INDEX = Set.of("enable_sort");

  private static final Pattern PART_OF_NUMBER = Pattern.compile("[+0-9 ()./-]*[0-9][+0-9 ()./-]*");
  private static final Field<Integer> COUNT = field(name("walked", "count"), Integer.class);
  private static final Field<Boolean> MATCHES = field(name("matches"), Boolean.class);

  /**
   * Some of them.
   *
   * @param searched how many recipients were looked through; null if all that were left
   * @param next the id from which to go on; null if all were looked through
   */
  record Found(
      List<? extends Record> recipients, @Nullable Integer searched, @Nullable Long next) {}

  /**
   * Returns the next ones.
   *
   * @param most how many at most
   */
  Found after(Recipients.Place place, int most) {
    return WALKS.stream()
        .flatMap(rows -> walk(place, rows, most).stream())
        .findFirst()
        .orElseThrow(
            () -> ProblemException.unavailable("Searching takes too long now; try again later."));
  }

  Optional<Found> walk(Recipients.Place place, int rows, int most) {
    return Briefly.<List<? extends Record>>read(
            sql, PATIENCE, BY_INDEX, inside -> query(inside, place, rows, most).fetch())
        .map(read -> {
          List<? extends Record> recipients =
              read.stream().filter(one -> Boolean.TRUE.equals(one.get(MATCHES))).toList();
          if (read.isEmpty() || (read.size() < most && read.getLast().get(COUNT) < rows)) {
            return new Found(recipients, null, null);
          }
          Record last = read.getLast();
          return new Found(recipients, last.get(COUNT), last.get(CAMPAIGN_RECIPIENT.ID));
        });
  }

  /** The last row that it looks through is among the results also if it does not match. */
  ResultQuery<? extends Record> query(
      DSLContext inside, Recipients.Place place, int rows, int most) {
    var r = CAMPAIGN_RECIPIENT;
    // A status has an index of its own, so that no others are looked through.
    List<TableField<?, ?>> order = status == null ? List.of(r.PHONE) : List.of(r.CREATED_AT, r.ID);
    Condition left =
        status == null
            ? r.PHONE.gt(place.phone())
            : r.STATUS
                .eq(status)
                .and(row(r.CREATED_AT, r.ID).gt(val(place.createdAt()), val(place.id())));
    Table<?> walked =
        select(Recipients.COLUMNS)
            .select(rowNumber().over(orderBy(order)).as("count"))
            .from(r)
            .where(r.CAMPAIGN_ID.eq(campaignId))
            .and(left)
            .orderBy(order)
            .limit(rows)
            .asTable("walked");
    Condition matches = matches();
    return inside
        .select(walked.fields())
        .select(field(matches).as(MATCHES))
        .from(walked)
        .where(matches.or(COUNT.eq(rows)))
        .orderBy(order.stream().<Field<?>>map(RecipientSearch::walked).toList())
        .limit(most);
  }

  private static <T> Field<T> walked(TableField<?, T> column) {
    return field(name("walked", column.getName()), column.getDataType());
  }

  private Condition matches() {
    var r = CAMPAIGN_RECIPIENT;
    Field<String> phone = walked(r.PHONE);
    Condition here =
        or(
            walked(r.EXTERNAL_ID).containsIgnoreCase(text),
            exists(
                selectOne()
                    .from(
                        table("jsonb_each_text({0})", walked(r.VARIABLES))
                            .as("one", "name", "value"))
                    .where(field(name("one", "value"), String.class).containsIgnoreCase(text))));
    if (PART_OF_NUMBER.matcher(text).matches()) {
      here = here.or(phone.contains(text.replaceAll("[^0-9]", "")));
    }
    return beginnings == null
        ? here
        : here.and(or(beginnings.stream().map(phone::startsWith).toList()));
  }
}
