package dev.sluice.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
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
          "(docker|kubectl|mvn|npm|npx|promtool|amtool|nginx|kcat|openssl|apt-get|kafka-[a-z.-]+) .+");

  /** A paragraph, an item of a list or a row of a table ends before this. */
  private static final Pattern NEXT_PART = Pattern.compile("\\n(?=\\s*\\n|\\||- |\\d+\\. |#)");

  private static final Pattern TABLE = Pattern.compile("(?m)(^\\|.*\\n)+");
  private static final Pattern BENCHMARK =
      Pattern.compile("(?<sluice>(\\./)?sluice )?(?<named>benchmark .+)");
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
    return documents().stream()
        .flatMap(file -> Stream.concat(in(file), benchmarks(file)))
        .distinct();
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

  /** Returns the benchmarks that a text names without {@code sluice}. */
  private static Stream<Documented> benchmarks(Path file) {
    String text = BLOCK.matcher(read(file)).replaceAll("");
    return Stream.concat(
            NEXT_PART.splitAsStream(text).flatMap(DocumentedCommands::benchmarksInTurn),
            TABLE.matcher(text).results().map(MatchResult::group).flatMap(DocumentedCommands::rows))
        .flatMap(DocumentedCommands::alternatives)
        .map(command -> new Documented(file.getFileName().toString(), false, command));
  }

  /** As in "`benchmark chaos` kills roles, `outages --away 60` stops servers". */
  private static Stream<String> benchmarksInTurn(String part) {
    List<String> named = new ArrayList<>();
    boolean after = false;
    for (String span : spans(part).toList()) {
      Matcher benchmark = BENCHMARK.matcher(span);
      if (benchmark.matches()) {
        after = true;
        if (benchmark.group("sluice") == null) {
          named.add(benchmark.group("named"));
        }
      } else if (after && span.matches("[a-z][a-z-]+( --.+)?|run .+")) {
        named.add("benchmark " + span);
      }
    }
    return named.stream();
  }

  /** Returns the benchmarks of a table whose first column is headed `benchmark`. */
  private static Stream<String> rows(String table) {
    String heading = firstSpan(table);
    return heading.matches("benchmark( run)?")
        ? table
            .lines()
            .skip(1)
            .map(DocumentedCommands::firstSpan)
            .filter(span -> !span.isEmpty())
            .map(span -> heading + " " + span)
        : Stream.empty();
  }

  /** Returns the code at the start of a row's first cell; empty if there is none. */
  private static String firstSpan(String row) {
    Matcher span = Pattern.compile("\\| `([^`]+)`").matcher(row);
    return span.lookingAt() ? span.group(1) : "";
  }

  /** As in `benchmark run rate|takeover`. */
  private static Stream<String> alternatives(String command) {
    int last = command.lastIndexOf(' ') + 1;
    return Stream.of(command.substring(last).split("[|]"))
        .map(word -> command.substring(0, last) + word);
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
