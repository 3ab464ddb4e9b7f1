package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.SoftAssertions;

/** A document with generated parts, each between two comments; the rest is written by hand. */
final class GeneratedParts {
  private static final Pattern PART =
      Pattern.compile("(?s)(<!-- generated: ([\\w-]+) -->\n)(.*?)(<!-- end -->\n)");

  /** Has the parts written instead of compared; {@code .ci/references} sets it. */
  private static final boolean WRITE = Boolean.getBoolean("references.write");

  private final Path document;
  private final String text;

  GeneratedParts(String name) throws IOException {
    document = Path.of("../docs").resolve(name);
    text = Files.readString(document);
  }

  /** Checks that the document has exactly these parts, each as it is generated now. */
  void check(Map<String, String> generated) throws IOException {
    Map<String, String> written = new HashMap<>();
    PART.matcher(text).results().forEach(part -> written.put(part.group(2), part.group(3)));
    assertThat(written.keySet())
        .as("the parts of %s between '<!-- generated: NAME -->' and '<!-- end -->'", document)
        .isEqualTo(generated.keySet());
    if (WRITE) {
      Files.writeString(document, PART.matcher(text).replaceAll(part -> anew(part, generated)));
      return;
    }
    SoftAssertions softly = new SoftAssertions();
    generated.forEach((name, part) ->
        softly
            .assertThat(written.get(name))
            .as("%s of %s; .ci/references writes it anew", name, document)
            .isEqualTo(enclosed(part)));
    softly.assertAll();
  }

  /** Returns what is written by hand. */
  String byHand() {
    return PART.matcher(text).replaceAll("");
  }

  private static String anew(MatchResult part, Map<String, String> generated) {
    return Matcher.quoteReplacement(
        part.group(1) + enclosed(generated.get(part.group(2))) + part.group(4));
  }

  /** A comment right before or behind a table would belong to it. */
  private static String enclosed(String part) {
    return "\n" + part + "\n";
  }
}
