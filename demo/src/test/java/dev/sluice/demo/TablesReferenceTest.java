package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.jooq.Sluice;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Named;
import org.jooq.Table;
import org.jooq.TableOptions.TableType;
import org.junit.jupiter.api.Test;

/**
 * Generates the tables in docs/tables.md from jOOQ's, which are generated from a database with all
 * migrations.
 */
class TablesReferenceTest {
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
  void everyTableAndColumnHasAComment() {
    assertThat(
            tables()
                .flatMap(table -> Stream.<Named>concat(Stream.of(table), table.fieldStream()))
                .filter(one -> one.getComment().isBlank())
                .map(Named::getQualifiedName))
        .as("without COMMENT ON in a migration")
        .isEmpty();
  }

  @Test
  void everyTableIsDescribedAsTheMigrationsMakeIt() throws IOException {
    new GeneratedParts("tables.md")
        .check(tables().collect(Collectors.toMap(Table::getName, TablesReferenceTest::describe)));
  }

  private static Stream<Table<?>> tables() {
    return Sluice.SLUICE.getTables().stream();
  }

  private static String describe(Table<?> table) {
    boolean view = table.getTableType() == TableType.VIEW;
    return (view ? "View. " : "")
        + table.getComment()
        + "\n\n"
        + (view
            ? MarkdownTable.of(
                List.of("column", "type", "meaning"),
                table
                    .fieldStream()
                    .map(column -> List.of(name(column), type(column), column.getComment())))
            : MarkdownTable.of(
                List.of("column", "type", "if omitted", "meaning"),
                table
                    .fieldStream()
                    .map(column ->
                        List.of(
                            name(column), type(column), omitted(column), column.getComment()))));
  }

  private static String name(Field<?> column) {
    return MarkdownTable.code(column.getName());
  }

  private static String type(Field<?> column) {
    // Anything else is text with its own Java type.
    return TYPES.getOrDefault(column.getType(), "text");
  }

  /** Returns what an INSERT gets that does not give the column. */
  private static String omitted(Field<?> column) {
    DataType<?> type = column.getDataType();
    if (type.identity()) {
      return "the next number";
    }
    if (type.defaulted()) {
      return MarkdownTable.code(type.defaultValue().toString().replaceFirst("::[a-z\\[\\]]+$", ""));
    }
    return type.nullable() ? "NULL" : "required";
  }
}
