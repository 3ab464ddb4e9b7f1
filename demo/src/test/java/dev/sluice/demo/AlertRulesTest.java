package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** Checks the alert rules as promtool does, and more strictly: they use little of its language. */
class AlertRulesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern DURATION = Pattern.compile("[1-9][0-9]*[smhd]");
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s+|\"[^\"]*\"|[a-z_:][a-z0-9_:]*|[0-9]+(?:\\.[0-9]+)?[smhd]?|=~|!=|==|>=|<=|[-+*/><=(){},\\[\\]]");
  private static final Pattern SELECTED = Pattern.compile("([a-z_]+)\\{([^}]*)\\}");
  private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(?:=~|=|!=)\"[^\"]*\"");
  private static final Pattern GROUPED = Pattern.compile("\\bby \\(([^)]*)\\)");
  private static final Pattern RATED = Pattern.compile("\\b(?:rate|increase)\\(([a-z_]+)");
  private static final Pattern TEMPLATE = Pattern.compile("\\{\\{(.*?)}}");
  private static final Pattern LABEL = Pattern.compile("\\$labels\\.([a-z_]+)");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `(sluice_[a-z_]+)` \\|([^|]*)\\|");
  private static final Set<String> WORDS =
      Set.of("max", "sum", "rate", "increase", "by", "or", "up");
  private static final Set<String> ADDED_BY_PROMETHEUS = Set.of("job", "instance");
  private static final Map<String, Set<String>> TAGS = tags();

  static Stream<Map<String, Object>> rules() {
    Map<String, List<Map<String, List<Map<String, Object>>>>> file =
        new Yaml(new SafeConstructor(new LoaderOptions()))
            .load(read("deploy/prometheus/alerts.yml"));
    return file.get("groups").stream().flatMap(group -> group.get("rules").stream());
  }

  @Test
  void everyNameIsUsedOnce() {
    assertThat(rules().map(rule -> rule.get("alert")))
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(9);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aRuleHasTheFieldsThatPrometheusReads(Map<String, Object> rule) {
    assertThat(rule.keySet())
        .containsAll(Set.of("alert", "expr", "labels", "annotations"))
        .isSubsetOf("alert", "expr", "for", "labels", "annotations");
    assertThat((String) rule.getOrDefault("for", "1m")).matches(DURATION);
    assertThat(rule.get("labels"))
        .isIn(Map.of("severity", "warning"), Map.of("severity", "critical"));
    assertThat(((Map<?, ?>) rule.get("annotations")).keySet()).isEqualTo(Set.of("summary"));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void anExpressionHasOnlyKnownWordsAndItsParenthesesMatch(Map<String, Object> rule) {
    Deque<String> open = new ArrayDeque<>();
    String rest = (String) rule.get("expr");
    while (!rest.isEmpty()) {
      var token = TOKEN.matcher(rest);
      assertThat(token.lookingAt()).as("%s, at: %s", rule.get("alert"), rest).isTrue();
      switch (token.group()) {
        case "(" -> open.push(")");
        case "{" -> open.push("}");
        case "[" -> open.push("]");
        case ")", "}", "]" -> assertThat(open.poll()).isEqualTo(token.group());
        default -> {
          boolean outside = !open.contains("}");
          if (outside && token.group().matches("[a-z].*")) {
            assertThat(token.group())
                .matches(word ->
                    WORDS.contains(word)
                        || TAGS.containsKey(word)
                        || allKnown(expression(rule)).contains(word));
          }
        }
      }
      rest = rest.substring(token.end());
    }
    assertThat(open).isEmpty();
    assertThat(expression(rule)).containsPattern("(>|==) [0-9.]+$");
  }

  @ParameterizedTest
  @MethodSource("rules")
  void labelsAreThoseThatTheMetricsHave(Map<String, Object> rule) {
    String expression = expression(rule);
    SELECTED
        .matcher(expression)
        .results()
        .forEach(selected ->
            assertThat(MATCHER.matcher(selected.group(2)).results().map(one -> one.group(1)))
                .isNotEmpty()
                .isSubsetOf(known(selected.group(1))));
    GROUPED
        .matcher(expression)
        .results()
        .flatMap(grouped -> Stream.of(grouped.group(1).split(", *")))
        .forEach(label -> assertThat(allKnown(expression)).contains(label));
  }

  /** The rate of what may fall means nothing. */
  @ParameterizedTest
  @MethodSource("rules")
  void onlyCountersAreRated(Map<String, Object> rule) {
    assertThat(RATED.matcher(expression(rule)).results().map(rated -> rated.group(1)))
        .allMatch(metric -> metric.endsWith("_total"));
  }

  /** A label that the expression has aggregated away is printed as nothing. */
  @ParameterizedTest
  @MethodSource("rules")
  void aSummaryNamesOnlyWhatIsLeftInTheResult(Map<String, Object> rule) {
    String summary = (String) ((Map<?, ?>) rule.get("annotations")).get("summary");
    String expression = expression(rule);
    Set<String> left =
        GROUPED
            .matcher(expression)
            .results()
            .flatMap(grouped -> Stream.of(grouped.group(1).split(", *")))
            .collect(Collectors.toCollection(TreeSet::new));
    if (!expression.matches("(?s)(max|sum)\\b.*")) {
      left.addAll(allKnown(expression));
    }

    assertThat(TEMPLATE.matcher(summary).results().map(one -> one.group(1).strip()))
        .allMatch(template ->
            template.matches("\\$labels\\.[a-z_]+|\\$value( \\| humanize(Duration|Percentage)?)?"));
    assertThat(LABEL.matcher(summary).results().map(label -> label.group(1))).isSubsetOf(left);
    assertThat(summary.replaceAll(TEMPLATE.pattern(), "")).doesNotContain("{", "}");
  }

  private static String expression(Map<String, Object> rule) {
    return ((String) rule.get("expr")).strip();
  }

  private static Set<String> known(String metric) {
    Set<String> labels = new TreeSet<>(ADDED_BY_PROMETHEUS);
    labels.addAll(TAGS.getOrDefault(metric, Set.of()));
    return labels;
  }

  private static Set<String> allKnown(String expression) {
    return TAGS.keySet().stream()
        .filter(metric -> Pattern.compile("\\b" + metric + "\\b").matcher(expression).find())
        .flatMap(metric -> known(metric).stream())
        .collect(Collectors.toCollection(() -> new TreeSet<>(ADDED_BY_PROMETHEUS)));
  }

  /**
   * Returns the tags of each metric by the table in the documents, which a run is compared with.
   */
  private static Map<String, Set<String>> tags() {
    String table = read("docs/operations.md").split("\n## Metrics\n", 2)[1].split("\n## ", 2)[0];
    return ROW.matcher(table)
        .results()
        .collect(
            Collectors.toMap(
                row -> row.group(1),
                row -> Set.of(row.group(2).replaceAll("[` ]", "").split(",", -1))));
  }

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
