package dev.sluice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;

/** The modules that are built. */
final class Modules {
  private static final Pattern MODULE = Pattern.compile("<module>([a-z-]+)</module>");

  private Modules() {}

  static List<String> all() {
    try {
      String pom = Files.readString(DocumentedCommands.ROOT.resolve("pom.xml"));
      return MODULE.matcher(pom).results().map(found -> found.group(1)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
