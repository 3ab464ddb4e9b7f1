package dev.sluice.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of modules says what their poms say. */
class ModuleTableTest {
  private static final String SERVICES = "`producer`, `worker`, `status-aggregator`, `console`";
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| (.*) \\| (.*)\\|$");
  private static final Pattern NAME = Pattern.compile("`([a-z-]+)`");
  private static final Pattern DEPENDENCY =
      Pattern.compile(
          "<groupId>dev\\.sluice</groupId>\\s*<artifactId>([a-z-]+)</artifactId>(?!\\s*<version>)"
              + "(\\s*<scope>test</scope>)?");

  @Test
  void eachModuleMayUseWhatItDependsOn() throws IOException {
    Map<String, Set<String>> said = new TreeMap<>();
    Map<String, Set<String>> used = new TreeMap<>();
    List<String> rows = new ArrayList<>();
    String document = Files.readString(DocumentedCommands.ROOT.resolve("docs/architecture.md"));
    for (MatchResult row : ROW.matcher(document).results().toList()) {
      rows.add(row.group(1));
      boolean testsOnly = row.group(2).startsWith("tests only");
      if (!row.group(3).contains("everything")) {
        said.put(row.group(1), names(row.group(3)));
        used.put(row.group(1), dependencies(row.group(1), testsOnly));
      }
    }

    assertThat(rows).containsExactlyInAnyOrderElementsOf(Modules.all());
    assertThat(said).isEqualTo(used);
  }

  private static Set<String> names(String cell) {
    return NAME.matcher(cell.replace("the services", SERVICES))
        .results()
        .map(name -> name.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> dependencies(String module, boolean testsOnly) throws IOException {
    String pom = Files.readString(DocumentedCommands.ROOT.resolve(module).resolve("pom.xml"));
    return DEPENDENCY
        .matcher(pom)
        .results()
        .filter(one -> testsOnly || one.group(2) == null)
        .map(one -> one.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
