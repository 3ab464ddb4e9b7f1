package dev.sluice.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which columns give variables of other names. */
final class MapOption implements Query.Part {
  /** A comma with another pair behind it: the names of columns may have commas. */
  private static final String BETWEEN = ",(?=[^,=]+=)";

  @Option(
      names = "--map",
      split = BETWEEN,
      splitSynopsisLabel = ",",
      paramLabel = "NAME=COLUMN",
      defaultValue = "${env:SLUICE_CSV_MAP}",
      description =
          "The column that gives a variable of another name, like first_name=Vorname, or"
              + " external_id or time_zone (SLUICE_CSV_MAP; each by its own name).")
  private @Nullable List<String> columns;

  @Override
  public void addTo(Query query) {
    if (columns != null) {
      columns.forEach(one -> query.with("map", one.replaceFirst("=", ":")));
    }
  }
}
