package dev.sluice.console.suppression;

import dev.sluice.schema.OptOutReason;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * A person's statement about wanting messages, under one of the person's names.
 *
 * @param reason why no more messages are wanted, or {@link #RESUME}
 */
public record Said(String name, String reason, Instant at) {
  /** Messages are wanted again: lifts {@link OptOutReason#PREFERENCE}, and nothing else. */
  public static final String RESUME = "user preference: resume";

  /** A message in which the person opted out: no resume lifts it. */
  public static final String MESSAGE = "opt-out message";

  /**
   * The suppression was lifted by hand, which ends whatever was said before by the person who had
   * the name then. Also the reason of a row that was lifted this way, which takes nothing older any
   * more.
   */
  static final String LIFTED = "lifted by hand";

  private static final Pattern NUMBER = Pattern.compile("\\+[1-9][0-9]{6,14}");

  /** Returns what people said, under each name that came with it. */
  static List<Said> of(Collection<OptOuts.Wish> wishes) {
    return wishes.stream()
        .flatMap(wish ->
            wish.person().names().stream().map(name -> new Said(name, wish.reason(), wish.at())))
        .toList();
  }

  static Set<String> names(List<Said> said) {
    return said.stream().map(Said::name).collect(Collectors.toSet());
  }

  boolean ofNumber() {
    return isNumber(name);
  }

  static boolean isNumber(String name) {
    return NUMBER.matcher(name).matches();
  }

  /**
   * Stores what was said.
   *
   * @return how much of it was new
   */
  static int write(DSLContext sql, List<Said> said) {
    return said.isEmpty()
        ? 0
        : sql.execute(
            """
            INSERT INTO sluice.said (name, reason, at)
            SELECT DISTINCT name, reason, at FROM unnest({0}, {1}, {2}) AS said (name, reason, at)
            ORDER BY name, at, reason
            ON CONFLICT DO NOTHING
            """,
            texts(said, Said::name), texts(said, Said::reason), times(said));
  }

  static Field<String[]> texts(List<Said> said, Function<Said, String> part) {
    return DSL.val(said.stream().map(part).toArray(String[]::new), SQLDataType.CLOB.array());
  }

  static Field<Instant[]> times(List<Said> said) {
    return DSL.val(
        said.stream().map(Said::at).toArray(Instant[]::new), SQLDataType.INSTANT.array());
  }
}
