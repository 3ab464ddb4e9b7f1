package dev.sluice.console.imports;

import dev.sluice.schema.Clipped;
import dev.sluice.schema.StorableText;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides whether a row can be used, in the same way for a check of a file and for its import. */
public final class RowRules {
  /** Characters of a variable's name. */
  public static final int LONGEST_NAME = 200;

  /** Characters of a column's name that a reason repeats. */
  private static final int REPEATED = 100;

  private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();

  private final PhoneNumbers phoneNumbers;
  private final Optional<RowBounds> bounds;

  /** Creates rules by which only the number counts, however much stands beside it. */
  public RowRules(PhoneNumbers phoneNumbers) {
    this(phoneNumbers, Optional.empty());
  }

  public RowRules(PhoneNumbers phoneNumbers, RowBounds bounds) {
    this(phoneNumbers, Optional.of(bounds));
  }

  private RowRules(PhoneNumbers phoneNumbers, Optional<RowBounds> bounds) {
    this.phoneNumbers = phoneNumbers;
    this.bounds = bounds;
  }

  /** Returns the rules for another region, if one is given. */
  public RowRules in(Optional<String> region) {
    return new RowRules(phoneNumbers.in(region), bounds);
  }

  /** The verdict on a row. */
  sealed interface Judged {}

  /** A row that can be used. */
  public record Usable(
      String phone,
      Map<String, String> variables,
      @Nullable String externalId,
      @Nullable String timeZone)
      implements Judged {}

  /** A row that cannot be used. */
  record Unusable(String reason) implements Judged {}

  Judged judge(Rows.Row row) {
    return bounds.isPresent() ? recipient(row, bounds.get()) : number(row);
  }

  private Judged number(Rows.Row row) {
    return switch (phoneNumbers.parse(row.phone())) {
      case PhoneNumbers.Valid(String e164) -> new Usable(e164, Map.of(), null, null);
      case PhoneNumbers.Invalid(String reason) ->
          new Unusable(row.fault() == null ? reason : row.fault());
    };
  }

  private Judged recipient(Rows.Row row, RowBounds within) {
    String externalId = stripped(row.externalId());
    String timeZone = stripped(row.timeZone());
    String fault = fault(row, externalId, timeZone, within);
    if (fault != null) {
      return new Unusable(fault);
    }
    return switch (phoneNumbers.parse(row.phone())) {
      case PhoneNumbers.Valid(String e164) ->
          new Usable(
              e164,
              row.variables(),
              externalId.isEmpty() ? null : externalId,
              timeZone.isEmpty() ? null : timeZone);
      case PhoneNumbers.Invalid(String reason) -> new Unusable(reason);
    };
  }

  private static String stripped(@Nullable String cell) {
    return cell == null ? "" : cell.strip();
  }

  private static @Nullable String fault(
      Rows.Row row, String externalId, String timeZone, RowBounds within) {
    if (row.fault() != null) {
      return row.fault();
    }
    if (!ExternalId.isFine(externalId)) {
      return RowReasons.EXTERNAL_ID;
    }
    return timeZone.isEmpty() || ZONES.contains(timeZone)
        ? fault(row.variables(), within)
        : RowReasons.TIME_ZONE;
  }

  private static @Nullable String fault(Map<String, String> variables, RowBounds within) {
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      String name = variable.getKey();
      String value = variable.getValue();
      if (!StorableText.isFine(name) || !StorableText.isFine(value)) {
        return RowReasons.unstorable(shown(name));
      }
      if (name.length() > LONGEST_NAME) {
        return RowReasons.longName(shown(name), LONGEST_NAME);
      }
      if (value.length() > within.value()) {
        return RowReasons.longValue(shown(name), within.value());
      }
    }
    return within.exceededBy(variables) ? RowReasons.largeVariables(within.variables()) : null;
  }

  private static String shown(String name) {
    return Clipped.to(REPEATED, name.replace('\0', ' '));
  }
}
