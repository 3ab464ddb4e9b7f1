package dev.sluice.demo;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Generates the demo's recipients and message. */
final class DemoRecipients {
  private static final List<String> NAMES =
      List.of("Ana", "João", "Zoë", "Müller, Jürgen", "Björn \"Bo\"", "Noémie", "Łukasz", "Mei");
  private static final List<String> CITIES =
      List.of("Recife", "São Paulo", "Curitiba", "Manaus", "Belém", "Porto Alegre");

  private DemoRecipients() {}

  /** Writes this many valid, distinct recipients as CSV. */
  static void write(Path csv, int count) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(csv)) {
      out.write("phone,first_name,city\r\n");
      for (int i = 0; i < count; i++) {
        String phone = String.format(Locale.ROOT, "+55119%08d", 60_000_000 + i);
        String name = NAMES.get(i % NAMES.size()).replace("\"", "\"\"");
        out.write(phone + ",\"" + name + "\"," + CITIES.get(i % CITIES.size()) + "\r\n");
      }
    }
  }

  /**
   * Returns a template message with one parameter per column.
   *
   * @param columns the file's columns, without that of the numbers
   */
  static Map<String, Object> message(List<String> columns) {
    List<Map<String, String>> parameters =
        columns.stream()
            .filter(column -> !column.contains("{") && !column.contains("}"))
            .map(column -> Map.of("type", "text", "text", "{{" + column + "}}"))
            .toList();
    List<Object> components =
        parameters.isEmpty()
            ? List.of()
            : List.of(Map.of("type", "body", "parameters", parameters));
    return Map.of(
        "type",
        "template",
        "template",
        Map.of(
            "name", "spring_offer", "language", Map.of("code", "pt_BR"), "components", components));
  }
}
