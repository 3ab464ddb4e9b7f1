package dev.sluice.demo;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The names of metrics: those that a process exposes, and those that documents and dashboards use.
 */
final class MetricNames {
  private static final Path ROOT = Path.of("..");
  private static final Pattern NAME =
      Pattern.compile("\\b(sluice|jvm|process|system|kafka)_[a-z0-9_]+");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(sluice_[a-z_]+)` \\|([^|]*)\\|");
  private static final Pattern SERIES = Pattern.compile("(sluice_[a-z_]+)(\\{.*\\})? [^ ]+");
  private static final Pattern TAG = Pattern.compile("([a-z_]+)=\"");
  private static final Pattern SELECTOR = Pattern.compile("(sluice_[a-z_]+)\\{([^}]*)\\}");
  private static final Pattern VALUE = Pattern.compile("([a-z_]+)(?:=|!=|=~)\"([^\"]*)\"");
  private static final Pattern ALERT = Pattern.compile("(?m)^ +- alert: (\\w+)$");
  private static final Pattern RUNBOOK = Pattern.compile("(?m)^\\| `(Sluice[A-Za-z]+)` \\|");

  private MetricNames() {}

  /** Returns the series that a process exposes. */
  static Set<String> exposed(String scrape) {
    return scrape
        .lines()
        .filter(line -> !line.startsWith("#"))
        .map(line -> line.split("[{ ]", 2)[0])
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String family(String name) {
    return name.replaceFirst("_(bucket|count|sum|max)$", "");
  }

  /** Returns the tags of our metrics in a scrape, under the names used in documents. */
  static Map<String, Set<String>> tags(String scrape) {
    Map<String, Set<String>> tags = new TreeMap<>();
    scrape
        .lines()
        .map(SERIES::matcher)
        .filter(Matcher::matches)
        .forEach(series -> {
          Set<String> own = tags.computeIfAbsent(family(series.group(1)), name -> new TreeSet<>());
          if (series.group(2) != null) {
            TAG.matcher(series.group(2)).results().forEach(tag -> own.add(tag.group(1)));
          }
        });
    return tags;
  }

  /** Returns the tags of each metric by the table of the documents. */
  static Map<String, Set<String>> documentedTags() {
    String table = text("docs/operations.md").split("\n## Metrics\n", 2)[1].split("\n## ", 2)[0];
    return new TreeMap<>(
        ROW.matcher(table)
            .results()
            .collect(
                Collectors.toMap(
                    row -> row.group(1),
                    row ->
                        Stream.of(row.group(2).replaceAll("[` ]", "").split(",", -1))
                            .filter(tag -> !tag.isEmpty())
                            .collect(Collectors.toCollection(TreeSet::new)))));
  }

  /** Returns the series that dashboards and rules query. */
  static Set<String> asked() {
    Set<String> asked = found(NAME, 0, "deploy/prometheus/alerts.yml");
    for (String expression : expressions()) {
      NAME.matcher(expression).results().forEach(hit -> asked.add(hit.group()));
    }
    return asked;
  }

  /** Returns each series with each of its tags, like {@code up{job="worker"}}. */
  static Set<String> tagged(String scrape) {
    return scrape
        .lines()
        .map(SERIES::matcher)
        .filter(series -> series.matches() && series.group(2) != null)
        .flatMap(series -> tagged(series.group(1), series.group(2)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Returns the tags that dashboards and rules ask for, but for the sender that is chosen. */
  static Set<String> askedTags() {
    return Stream.concat(Stream.of(text("deploy/prometheus/alerts.yml")), expressions().stream())
        .flatMap(text -> SELECTOR.matcher(text).results())
        .flatMap(selector -> tagged(selector.group(1), selector.group(2)))
        .filter(tagged -> !tagged.contains("$"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> tagged(String series, String tags) {
    return VALUE
        .matcher(tags)
        .results()
        .flatMap(tag ->
            Stream.of(tag.group(2).split("\\|"))
                .map(value -> "%s{%s=\"%s\"}".formatted(series, tag.group(1), value)));
  }

  /** Returns the expressions of the dashboards. */
  static List<String> expressions() {
    return panels()
        .flatMap(panel -> panel.path("targets").valueStream())
        .map(target -> target.path("expr").asString())
        .toList();
  }

  /** Returns the panels of the dashboards. */
  static Stream<JsonNode> panels() {
    return Stream.of("operator", "sender")
        .map(dashboard -> Json.MAPPER.readTree(text("deploy/grafana/" + dashboard + ".json")))
        .flatMap(dashboard -> dashboard.path("panels").valueStream());
  }

  static Set<String> alerts() {
    return found(ALERT, 1, "deploy/prometheus/alerts.yml");
  }

  static Set<String> runbook() {
    return found(RUNBOOK, 1, "docs/operations.md");
  }

  private static Set<String> found(Pattern pattern, int group, String file) {
    return pattern
        .matcher(text(file))
        .results()
        .map(hit -> hit.group(group))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
