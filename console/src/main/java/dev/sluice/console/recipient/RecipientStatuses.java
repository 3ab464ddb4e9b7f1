package dev.sluice.console.recipient;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.RecipientStatus;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Parses statuses in a query. */
public final class RecipientStatuses {
  private static final String NOT = "not-";

  private RecipientStatuses() {}

  /** Returns the named statuses, each in a parameter of its own or separated by commas. */
  public static Set<RecipientStatus> of(String parameter, List<String> values) {
    Set<RecipientStatus> statuses = EnumSet.noneOf(RecipientStatus.class);
    values.stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .filter(value -> !value.isBlank())
        .forEach(value -> statuses.add(one(parameter, value)));
    return statuses;
  }

  /** Does the same, and also accepts "all", and "not-" before a status that is excluded. */
  public static Set<RecipientStatus> outcomes(String parameter, List<String> values) {
    Set<RecipientStatus> statuses = EnumSet.noneOf(RecipientStatus.class);
    values.stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(value -> value.strip().toLowerCase(Locale.ROOT))
        .filter(value -> !value.isEmpty())
        .forEach(value -> {
          if (value.equals("all")) {
            statuses.addAll(EnumSet.allOf(RecipientStatus.class));
          } else if (value.startsWith(NOT)) {
            RecipientStatus but = one(parameter, value.substring(NOT.length()));
            statuses.addAll(EnumSet.complementOf(EnumSet.of(but)));
          } else {
            statuses.add(one(parameter, value));
          }
        });
    return statuses;
  }

  public static RecipientStatus one(String parameter, String text) {
    try {
      return RecipientStatus.valueOf(text.strip().toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw ProblemException.badRequest(
          "\""
              + parameter
              + "\" is one of "
              + List.of(RecipientStatus.values())
              + ", not \""
              + text
              + "\".");
    }
  }
}
