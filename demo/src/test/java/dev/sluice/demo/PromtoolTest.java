package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Has Prometheus itself read the configuration, the rules and the dashboards' expressions. */
@EnabledIf("dev.sluice.demo.Checker#promtoolIsThere")
class PromtoolTest {
  private static final Path RULES = Path.of("..", "deploy", "prometheus");

  @Test
  void prometheusReadsItsConfiguration() throws Exception {
    accepts(RULES, "check", "config", "--syntax-only", "prometheus.yml");
  }

  @Test
  void prometheusReadsTheAlertRules() throws Exception {
    accepts(RULES, "check", "rules", "--lint=all", "--lint-fatal", "alerts.yml");
  }

  @Test
  void eachAlertFiresAndHoldsStillWhereItsTestsSaySo() throws Exception {
    accepts(RULES, "test", "rules", "alerts_test.yml");
  }

  @Test
  void prometheusReadsEveryExpressionOfTheDashboards(@TempDir Path folder) throws Exception {
    List<Map<String, String>> rules = new ArrayList<>();
    for (String expression : MetricNames.expressions()) {
      rules.add(
          Map.of(
              "record", "panel:" + rules.size(), "expr", expression.replace("$sender", "brazil")));
    }
    assertThat(rules).hasSizeGreaterThan(30);
    // JSON is YAML, too.
    Files.write(
        folder.resolve("dashboards.yml"),
        Json.write(Map.of("groups", List.of(Map.of("name", "dashboards", "rules", rules)))));

    accepts(folder, "check", "rules", "--lint=all", "--lint-fatal", "dashboards.yml");
  }

  private static void accepts(Path folder, String... arguments)
      throws IOException, InterruptedException {
    Checker.Verdict verdict = Checker.PROMTOOL.run(folder, arguments);

    assertThat(verdict.exitCode()).as(verdict.words()).isZero();
  }
}
