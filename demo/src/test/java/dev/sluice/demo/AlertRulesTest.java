package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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

/**
 * Holds the alert rules, their tests and the dashboards to what Sluice exposes, which {@link
 * PromtoolTest} cannot.
 */
class AlertRulesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern RANGE = Pattern.compile("\\[([^\\]]+)]");
  private static final Pattern SELECTED = Pattern.compile("([a-z_]+)\\{([^}]*)\\}");
  private static final Pattern MATCHER = Pattern.compile("([a-z_]+)(?:=~|=|!=)\"[^\"]*\"");
  private static final Pattern GROUPED = Pattern.compile("\\bby \\(([^)]*)\\)");
  private static final Pattern RATED = Pattern.compile("\\b(?:rate|increase)\\(([a-z_]+)");
  private static final Pattern TEMPLATE = Pattern.compile("\\{\\{(.*?)}}");
  private static final Pattern LABEL = Pattern.compile("\\$labels\\.([a-z_]+)");
  private static final Set<String> ADDED_BY_PROMETHEUS = Set.of("job", "instance");
  private static final Map<String, Set<String>> TAGS = MetricNames.documentedTags();

  /** Fewer scrapes than two in a range give no rate. */
  private static final Duration THREE_SCRAPES = Duration.ofSeconds(30);

  static Stream<Map<String, Object>> rules() {
    return yaml("deploy/prometheus/alerts.yml").get("groups").stream()
        .flatMap(group -> group.get("rules").stream());
  }

  private static Stream<Map<String, List<Map<String, Object>>>> tests() {
    return yaml("deploy/prometheus/alerts_test.yml").get("tests").stream();
  }

  @Test
  void everyNameIsUsedOnce() {
    assertThat(rules().map(rule -> rule.get("alert")))
        .doesNotHaveDuplicates()
        .hasSizeGreaterThan(9);
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aRuleHasASeverityAndASummary(Map<String, Object> rule) {
    assertThat(rule.get("labels"))
        .isIn(Map.of("severity", "warning"), Map.of("severity", "critical"));
    assertThat(((Map<?, ?>) rule.get("annotations")).keySet()).isEqualTo(Set.of("summary"));
  }

  @ParameterizedTest
  @MethodSource("rules")
  void aRuleIsShownToFireAndToHoldStill(Map<String, Object> rule) {
    List<Boolean> fires =
        tests()
            .flatMap(test -> test.get("alert_rule_test").stream())
            .filter(shown -> rule.get("alert").equals(shown.get("alertname")))
            .map(shown -> !((List<?>) shown.get("exp_alerts")).isEmpty())
            .toList();

    assertThat(fires).contains(true, false);
  }

  /** Otherwise a rule could be shown to fire on what no process exposes. */
  @Test
  void theSeriesOfTheTestsAreOnesThatSluiceExposes() {
    assertThat(
            tests()
                .flatMap(test -> test.get("input_series").stream())
                .map(series -> (String) series.get("series")))
        .isNotEmpty()
        .allSatisfy(series -> {
          String metric = series.substring(0, series.indexOf('{'));
          assertThat(MATCHER.matcher(series).results().map(one -> one.group(1)))
              .containsExactlyInAnyOrderElementsOf(known(metric));
        });
  }

  @Test
  void aRangeHoldsEnoughScrapesForARate() {
    assertThat(
            Stream.concat(
                    rules().map(AlertRulesTest::expression), MetricNames.expressions().stream())
                .flatMap(expression -> RANGE.matcher(expression).results())
                .map(range -> Duration.parse("PT" + range.group(1))))
        .isNotEmpty()
        .allMatch(range -> range.compareTo(THREE_SCRAPES) >= 0);
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

  static Stream<String> panels() {
    return MetricNames.expressions().stream().filter(expression -> expression.contains("sluice_"));
  }

  @ParameterizedTest
  @MethodSource("panels")
  void aPanelUsesLabelsThatItsMetricsHave(String expression) {
    Set<String> known = allKnown(expression.replaceAll("_(bucket|count|sum)\\b", ""));

    assertThat(MATCHER.matcher(expression).results().map(one -> one.group(1))).isSubsetOf(known);
    assertThat(
            GROUPED
                .matcher(expression)
                .results()
                .flatMap(grouped -> Stream.of(grouped.group(1).split(", *"))))
        .isSubsetOf(known);
  }

  /** Where nothing is said, Grafana shows everything from 80 on in red. */
  @Test
  void aPanelOfOneNumberSaysWhichNumbersAreBad() {
    assertThat(MetricNames.panels().filter(panel -> panel.path("type").asString().equals("stat")))
        .isNotEmpty()
        .allSatisfy(panel ->
            assertThat(panel.at("/fieldConfig/defaults/thresholds/steps"))
                .as(panel.path("title").asString())
                .isNotEmpty());
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

  private static Map<String, List<Map<String, List<Map<String, Object>>>>> yaml(String file) {
    return new Yaml(new SafeConstructor(new LoaderOptions())).load(read(file));
  }

  private static String read(String file) {
    try {
      return Files.readString(ROOT.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
