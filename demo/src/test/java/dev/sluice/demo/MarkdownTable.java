package dev.sluice.demo;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A table as Markdown has it. */
final class MarkdownTable {
  private MarkdownTable() {}

  static String of(List<String> header, Stream<List<String>> rows) {
    List<String> line = header.stream().map(_ -> "---").toList();
    return Stream.concat(
            Stream.of(row(header), row(line).replace(" ", "")), rows.map(MarkdownTable::row))
        .collect(Collectors.joining());
  }

  static String code(String text) {
    return "`" + text + "`";
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
