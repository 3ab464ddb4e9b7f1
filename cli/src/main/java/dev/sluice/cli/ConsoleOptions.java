package dev.sluice.cli;

import dev.sluice.schema.Json;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;

/** How to reach a console and how to print its responses. */
final class ConsoleOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--url",
      defaultValue = "${env:SLUICE_URL:-http://localhost:8080}",
      converter = ConsoleUrl.class,
      description =
          "The console (SLUICE_URL; ${DEFAULT-VALUE}). Its token is in SLUICE_API_TOKEN or"
              + " SLUICE_API_TOKEN_FILE.")
  private URI url = URI.create("http://localhost:8080");

  @Option(
      names = {"--output", "-o"},
      paramLabel = "table|json",
      defaultValue = "${env:SLUICE_OUTPUT:-table}",
      description = "How responses are printed (SLUICE_OUTPUT; ${DEFAULT-VALUE}).")
  private Format format = Format.TABLE;

  /** The format of printed responses. */
  enum Format {
    TABLE,
    JSON
  }

  // picocli sets the specification before it calls.
  @SuppressWarnings("NullAway.Init")
  ConsoleOptions() {}

  ConsoleClient client() {
    return new ConsoleClient(url.toString(), Secrets.ofProcess().find(ConsoleClient.TOKEN));
  }

  /** Prints the report of an import, including rejected lines and empty cells. */
  void printImport(JsonNode report) {
    line(
        "%d added, %d duplicates, %d rejected",
        report.path("accepted").asLong(),
        report.path("duplicates").asLong(),
        report.path("rejectedCount").asLong());
    report
        .path("rejected")
        .forEach(row ->
            line("  line %d: %s", row.path("line").asLong(), row.path("reason").asString("")));
    report
        .path("empty")
        .properties()
        .forEach(column ->
            line(
                "  warning: \"%s\" is empty for %d recipient(s); a line break without quotation"
                    + " marks cuts a row in two",
                column.getKey(), column.getValue().asLong()));
  }

  /** Prints a line. Control characters in arguments cannot affect the terminal. */
  void line(String format, Object... arguments) {
    out()
        .println(
            String.format(
                Locale.ROOT,
                format,
                Arrays.stream(arguments)
                    .map(one -> one instanceof String words ? Printable.of(words) : one)
                    .toArray()));
  }

  /** Prints a warning where it is not taken for a part of the answer. */
  void warn(String warning) {
    spec.commandLine().getErr().println("warning: " + warning);
  }

  /**
   * Returns a status to print: as wide as its column, and in colour on a terminal, unless {@code
   * NO_COLOR} is set.
   */
  Object status(String status, int width) {
    String words = Printable.of(status);
    return spec.commandLine()
        .getColorScheme()
        .apply(words + " ".repeat(Math.max(0, width - words.length())), colour(status));
  }

  private static List<IStyle> colour(String status) {
    return switch (status) {
      case "SENDING", "SENT", "DELIVERED", "READ", "COMPLETED", "APPROVED" ->
          List.of(Style.fg_green);
      case "PAUSED", "UNCONFIRMED", "PENDING" -> List.of(Style.fg_yellow);
      case "FAILED", "CANCELLED", "REJECTED", "DISABLED" -> List.of(Style.fg_red);
      default -> List.of();
    };
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** Prints something at once, unless JSON was requested, of which there is one document. */
  void tell(Runnable forPeople) {
    if (format == Format.TABLE) {
      forPeople.run();
      out().flush();
    }
  }

  /** Prints the response unchanged if JSON was requested, else with the given action. */
  void print(JsonNode answer, Runnable forPeople) {
    switch (format) {
      case JSON ->
          out()
              .println(
                  Printable.json(
                      Json.MAPPER
                          .writer()
                          .with(SerializationFeature.INDENT_OUTPUT)
                          .writeValueAsString(answer)));
      case TABLE -> forPeople.run();
    }
    out().flush();
  }
}
