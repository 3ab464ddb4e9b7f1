package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.jooq.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.junit.jupiter.api.Test;

/** Compares docs/tables.md with the tables that the migrations create. */
class TablesReferenceTest {
  private static final Pattern ROW =
      Pattern.compile("\\| `(\\w+)` \\| ([a-z\\[\\] ]+) \\| (required|default|optional) \\|.*");
  private static final Map<Class<?>, String> TYPES =
      Map.of(
          Integer.class, "integer",
          Long.class, "bigint",
          Boolean.class, "boolean",
          Double.class, "double precision",
          Instant.class, "timestamptz",
          LocalTime.class, "time",
          JSONB.class, "jsonb",
          String[].class, "text[]",
          UUID.class, "uuid");

  @Test
  void everyColumnIsDescribedAsItIs() throws IOException {
    List<String> described = new ArrayList<>();
    String table = "";
    for (String line : Files.readAllLines(Path.of("../docs/tables.md"))) {
      if (line.startsWith("## ")) {
        table = line.substring(3);
      }
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        described.add(String.join(" ", table, row.group(1), row.group(2), row.group(3)));
      }
    }

    assertThat(described)
        .containsExactlyInAnyOrderElementsOf(
            Sluice.SLUICE.getTables().stream()
                .flatMap(made ->
                    made.fieldStream()
                        .map(field ->
                            String.join(
                                " ", made.getName(), field.getName(), type(field), need(field))))
                .toList());
  }

  private static String type(Field<?> field) {
    // Anything else is text with its own Java type.
    return TYPES.getOrDefault(field.getType(), "text");
  }

  private static String need(Field<?> field) {
    DataType<?> type = field.getDataType();
    return type.defaulted() || type.identity()
        ? "default"
        : type.nullable() ? "optional" : "required";
  }
}
