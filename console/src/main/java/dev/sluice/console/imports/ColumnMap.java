package dev.sluice.console.imports;

import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.MessageTemplate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Variables that take a column of another name, as the sender of a file says. All other columns
 * keep their own names.
 *
 * @param columns the column by the variable, or by {@code external_id} or {@code time_zone}
 */
public record ColumnMap(Map<String, String> columns) {
  static final ColumnMap NONE = new ColumnMap(Map.of());

  private static final int MOST = 50;

  /** A column and the name that its cells get. */
  record Named(String name, int column) {}

  /** Reads values like {@code first_name:Vorname}; a column's name may have colons. */
  static ColumnMap of(List<String> given) {
    if (given.size() > MOST) {
      throw ProblemException.field("map", "may be there at most " + MOST + " times");
    }
    Map<String, String> columns = new LinkedHashMap<>();
    for (String one : given) {
      String[] sides = one.split(":", 2);
      String name = MessageTemplate.name(sides[0]);
      String column = sides.length < 2 ? "" : MessageTemplate.name(sides[1]);
      if (!isName(name) || !isName(column)) {
        throw ProblemException.field(
            "map",
            "must be a variable and its column, like first_name:Vorname, of at most "
                + RowRules.LONGEST_NAME
                + " characters each, not \""
                + shown(one)
                + "\"");
      }
      if (columns.put(name, column) != null) {
        throw ProblemException.field("map", "gives \"" + shown(name) + "\" two columns");
      }
    }
    return new ColumnMap(columns);
  }

  /**
   * Refuses a variable {@code phone} of another column than the numbers unless it was said which
   * column holds those: who maps it means them.
   *
   * @param phone the column of the numbers
   * @param chosen the one that was given for them
   */
  void requireNumbers(String phone, Optional<String> chosen) {
    if (chosen.isEmpty() && !columns.getOrDefault("phone", phone).equals(phone)) {
      throw ProblemException.field(
          "map",
          "gives \"phone\" another column than that of the numbers, \""
              + shown(phone)
              + "\"; say with \"phoneColumn\" which holds the numbers");
    }
  }

  private static boolean isName(String name) {
    return !name.isEmpty() && name.length() <= RowRules.LONGEST_NAME;
  }

  /**
   * Returns what the cells of a file are called, in its order: a column that is mapped loses its
   * own name.
   *
   * @param header the names of its columns; those without one are left out
   * @param phone the column of the numbers, which is left out too unless it is mapped
   */
  List<Named> over(List<String> header, int phone) {
    for (String column : columns.values()) {
      if (!header.contains(column)) {
        throw ProblemException.field(
            "map",
            "takes \""
                + shown(column)
                + "\", which is no column. The first line reads: "
                + Clipped.to(1_000, String.join(", ", header)));
      }
    }
    List<Named> named = new ArrayList<>();
    for (int i = 0; i < header.size(); i++) {
      String own = header.get(i);
      if (columns.containsValue(own)) {
        for (Map.Entry<String, String> one : columns.entrySet()) {
          if (one.getValue().equals(own)) {
            named.add(new Named(one.getKey(), i));
          }
        }
      } else if (i != phone && !own.isEmpty()) {
        named.add(new Named(own, i));
      }
    }
    requireDifferentNames(named);
    return named;
  }

  private static void requireDifferentNames(List<Named> named) {
    Set<String> seen = new HashSet<>();
    for (Named one : named) {
      if (!seen.add(one.name())) {
        throw ProblemException.field(
            "map", "gives \"" + shown(one.name()) + "\" a column, but one is called that already");
      }
    }
  }

  private static String shown(String name) {
    return Clipped.to(100, name);
  }
}
