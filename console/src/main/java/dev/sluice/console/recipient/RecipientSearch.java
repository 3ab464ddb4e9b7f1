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
import dev.sluice.console.recipient.Recipients.Place;
import dev.sluice.console.sql.Briefly;
import dev.sluice.schema.RecipientStatus;
import java.time.Duration;
import java.util.ArrayList;
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
 * these, so a search looks through rows for a bounded time, in the order of an index, and tells
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
  /** Rows that a request looks through at most. */
  private static final int MOST = 100_000;

  /**
   * Rows that a statement looks through, and fewer if that takes too long: variables may be large.
   */
  private static final List<Integer> STEPS = List.of(5_000, 250);

  /**
   * How long a statement may take, and after how long none follows: a user waits, and others for
   * the connection.
   */
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
   * Rows that a statement looked through.
   *
   * @param last the last of them; null if none are left after them
   */
  private record Step(List<? extends Record> recipients, int rows, @Nullable Place last) {}

  /**
   * Returns the next ones, as far as it comes in a second.
   *
   * @param most how many at most
   */
  Found after(Place start, int most) {
    return after(start, most, MOST);
  }

  Found after(Place start, int most, int rows) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    List<Record> found = new ArrayList<>();
    Place place = start;
    int searched = 0;
    do {
      Step step = step(place, Math.min(rows - searched, STEPS.getFirst()), most - found.size());
      found.addAll(step.recipients());
      searched += step.rows();
      if (step.last() == null) {
        return new Found(found, null, null);
      }
      place = step.last();
    } while (found.size() < most && searched < rows && System.nanoTime() < end);
    return new Found(found, searched, place.id());
  }

  private Step step(Place place, int rows, int most) {
    return STEPS.stream()
        .flatMap(one -> walk(place, Math.min(one, rows), most).stream())
        .findFirst()
        .orElseThrow(
            () -> ProblemException.unavailable("Searching takes too long now; try again later."));
  }

  private Optional<Step> walk(Place place, int rows, int most) {
    return Briefly.<List<? extends Record>>read(
            sql, PATIENCE, BY_INDEX, inside -> query(inside, place, rows, most).fetch())
        .map(read -> {
          List<? extends Record> recipients =
              read.stream().filter(one -> Boolean.TRUE.equals(one.get(MATCHES))).toList();
          if (read.isEmpty() || (read.size() < most && read.getLast().get(COUNT) < rows)) {
            return new Step(recipients, rows, null);
          }
          Record last = read.getLast();
          return new Step(recipients, last.get(COUNT), place(last));
        });
  }

  private static Place place(Record row) {
    var r = CAMPAIGN_RECIPIENT;
    return new Place(row.get(r.CREATED_AT), row.get(r.ID), row.get(r.PHONE));
  }

  /** The last row that it looks through is among the results also if it does not match. */
  ResultQuery<? extends Record> query(DSLContext inside, Place place, int rows, int most) {
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
