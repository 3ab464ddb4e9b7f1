package dev.sluice.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page's styles: sizes and colours are named once, in {@code :root}. */
class PageStylesTest {
  private static final Pattern ROOT = Pattern.compile(":root \\{[^}]*}");
  private static final Pattern TEXT_SIZE = Pattern.compile("font(?:-size)?:[^;}]*\\d(?:rem|em|px)");
  private static final Pattern COLOUR =
      Pattern.compile(":[^;{}]*(?:#[0-9a-f]{3,8}\\b|\\b(?:rgb|hsl|light-dark)a?\\()");
  private static final Pattern SPACE =
      Pattern.compile("(?:margin|(?<!scroll-)padding|gap)(?:-\\w+)?:[^;}]*\\d(?:rem|px)");

  private static String rules;

  @BeforeAll
  static void read() throws IOException {
    String styles = Files.readString(Path.of("src/main/resources/page/app.css"));
    assertThat(styles).containsPattern(ROOT);
    rules = ROOT.matcher(styles).replaceAll("");
  }

  @Test
  void noRuleHasATextSizeOfItsOwn() {
    assertThat(rules).doesNotContainPattern(TEXT_SIZE);
  }

  @Test
  void noRuleHasAColourOfItsOwn() {
    assertThat(rules).doesNotContainPattern(COLOUR);
  }

  @Test
  void noRuleHasASpaceOfItsOwn() {
    assertThat(rules).doesNotContainPattern(SPACE);
  }
}
