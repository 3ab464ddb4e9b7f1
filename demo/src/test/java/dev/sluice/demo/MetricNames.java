package dev.sluice.demo;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
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
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(sluice_[a-z_]+)` \\|");
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

  /** Returns the metrics of a process under the names used in documents. */
  static Set<String> families(Set<String> exposed) {
    return exposed.stream()
        .map(name -> name.replaceFirst("_(bucket|count|sum|max)$", ""))
        .filter(name -> name.startsWith("sluice_"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  static Set<String> documented() {
    return found(ROW, 1, "docs/operations.md");
  }

  /** Returns the series that dashboards and rules query. */
  static Set<String> asked() {
    Set<String> asked = found(NAME, 0, "deploy/prometheus/alerts.yml");
    for (String expression : expressions()) {
      NAME.matcher(expression).results().forEach(hit -> asked.add(hit.group()));
    }
    return asked;
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
