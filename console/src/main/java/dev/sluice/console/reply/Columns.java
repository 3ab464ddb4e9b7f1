package dev.sluice.console.reply;

import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Parts of many rows as arrays, so that one statement takes all of them. */
final class Columns {
  private Columns() {}

  static <T> Field<String[]> texts(List<T> rows, Function<T, String> part) {
    return DSL.val(rows.stream().map(part).toArray(String[]::new), SQLDataType.CLOB.array());
  }

  static <T> Field<Long[]> numbers(List<T> rows, Function<T, Long> part) {
    return DSL.val(rows.stream().map(part).toArray(Long[]::new), SQLDataType.BIGINT.array());
  }

  static <T> Field<Instant[]> times(List<T> rows, Function<T, Instant> part) {
    return DSL.val(rows.stream().map(part).toArray(Instant[]::new), SQLDataType.INSTANT.array());
  }
}
