package dev.sluice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the documents tell people to type. */
final class DocumentedCommands {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern SHELL = Pattern.compile("(?ms)^```sh\\n(.*?)^```$");
  private static final Pattern BLOCK = Pattern.compile("(?ms)^```.*?^```$");
  private static final Pattern SPAN = Pattern.compile("`([^`]+)`");
  private static final Pattern OTHER_PROGRAM =
      Pattern.compile(
          "(docker|kubectl|mvn|npm|npx|promtool|kcat|openssl|apt-get|kafka-[a-z.-]+) .+");
  private static final Pattern COMMAND =
      Pattern.compile("(xargs [^|]*)?(?<![\\w/.-])(\\./)?sluice ([^|)#]+)");

  /**
   * A command in a document.
   *
   * @param complete whether it can be typed as it stands, rather than only naming the command
   * @param text what follows {@code sluice}, without quotation marks and brackets
   */
  record Documented(String file, boolean complete, String text) {
    @Override
    public String toString() {
      return file + ": " + text;
    }
  }

  private DocumentedCommands() {}

  /** Returns the commands of {@code sluice}. */
  static Stream<Documented> all() {
    return documents().stream().flatMap(DocumentedCommands::in).distinct();
  }

  /** Returns the lines of all shell blocks. */
  static Stream<String> lines() {
    return documents().stream().flatMap(file -> lines(read(file)));
  }

  /** Returns the commands of other programs in the text with their arguments, and our scripts. */
  static Stream<String> ofOtherPrograms() {
    return spans()
        .filter(span -> OTHER_PROGRAM.matcher(span).matches() || isScript(span))
        .distinct();
  }

  private static boolean isScript(String span) {
    return span.matches("[\\w./-]+/[\\w-]+")
        && Files.isRegularFile(ROOT.resolve(span))
        && Files.isExecutable(ROOT.resolve(span));
  }

  /** Returns what is marked as code within sentences. */
  static Stream<String> spans() {
    return documents().stream().flatMap(file -> spans(read(file)));
  }

  private static List<Path> documents() {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md").map(ROOT::resolve),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> lines(String text) {
    return SHELL
        .matcher(text)
        .results()
        .flatMap(block -> block.group(1).replace("\\\n", " ").replace("|\n", "| ").lines());
  }

  private static Stream<Documented> in(Path file) {
    String text = read(file);
    String name = file.getFileName().toString();
    return Stream.concat(
            lines(text),
            spans(text)
                // Others quote messages that name a command.
                .filter(span -> span.matches("(\\./|source <\\(\\./)?sluice .*")))
        .flatMap(line -> COMMAND.matcher(line).results())
        .map(command -> documented(name, command));
  }

  private static Stream<String> spans(String text) {
    return SPAN.matcher(BLOCK.matcher(text).replaceAll(""))
        .results()
        .map(span -> span.group(1).replaceAll("\\s+", " "));
  }

  private static Documented documented(String file, MatchResult command) {
    String text = command.group(3).replaceAll("[\\[\\]'\"]", "").strip().replaceAll(" +", " ");
    // xargs adds the last word.
    String added = command.group(1) == null ? "" : " 7";
    return new Documented(file, command.group(2) != null, text + added);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
