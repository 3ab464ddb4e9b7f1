package dev.sluice.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schema.jooq.Sluice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Table;
import org.junit.jupiter.api.Test;

/** Compares what docs/upstream.md tells other programs with the tables and the commands. */
class UpstreamTest {
  private static final Path DOCS = Path.of("../docs");
  private static final Pattern MODEL =
      Pattern.compile("(?:model|view) \\w+ \\{(.*?)@@map\\(\"(\\w+)\"\\)", Pattern.DOTALL);
  private static final Pattern FIELD =
      Pattern.compile(
          "(?m)^  (\\w+) +((?:String|Int|BigInt|Boolean|Float|Json|DateTime)(?:\\[])?)(\\??)( .*)?$");
  private static final Pattern MAPPED = Pattern.compile("@map\\(\"(\\w+)\"\\)");
  private static final Pattern DESCRIBED =
      Pattern.compile("(?m)^\\| `sluice\\.(\\w+)` \\|[^|\n]+\\|[^|\n]+\\|$");
  private static final Pattern INSERT =
      Pattern.compile("INSERT INTO sluice\\.(\\w+) \\(([^)]*)\\)");
  private static final Map<Class<?>, String> PRISMA =
      Map.of(
          Boolean.class, "Boolean",
          Integer.class, "Int",
          Long.class, "BigInt",
          Double.class, "Float",
          Instant.class, "DateTime @db.Timestamptz",
          LocalTime.class, "DateTime @db.Time",
          JSONB.class, "Json",
          String[].class, "String[]",
          UUID.class, "String @db.Uuid");

  @Test
  void thePrismaSchemaIsThatOfTheTables() throws IOException {
    Matcher model = MODEL.matcher(Files.readString(DOCS.resolve("upstream/schema.prisma")));
    Set<String> tables = new TreeSet<>();
    while (model.find()) {
      Table<?> table = table(model.group(2));
      tables.add(table.getName());
      Set<String> columns = new TreeSet<>();
      Matcher field = FIELD.matcher(model.group(1));
      while (field.find()) {
        String attributes = field.group(4) == null ? "" : field.group(4);
        Matcher mapped = MAPPED.matcher(attributes);
        Field<?> column = table.field(mapped.find() ? mapped.group(1) : field.group(1));
        assertThat(column).as(field.group()).isNotNull();
        DataType<?> type = column.getDataType();
        String expected = PRISMA.getOrDefault(column.getType(), "String");
        assertThat(expected.split(" ", 2)[0]).as(field.group()).isEqualTo(field.group(2));
        assertThat(attributes)
            .as(field.group())
            .contains(expected.contains("@") ? expected.substring(expected.indexOf('@')) : "");
        assertThat(!field.group(3).isEmpty()).as(field.group()).isEqualTo(type.nullable());
        assertThat(attributes.contains("@default"))
            .as(field.group())
            .isEqualTo(type.defaulted() || type.identity());
        columns.add(column.getName());
      }
      assertThat(columns)
          .as(table.getName())
          .containsExactlyInAnyOrderElementsOf(table.fieldStream().map(Field::getName).toList());
    }
    assertThat(tables).isEqualTo(described());
  }

  /** The tables that the page tells other programs to fill or read. */
  private static Set<String> described() throws IOException {
    return DESCRIBED
        .matcher(Files.readString(DOCS.resolve("upstream.md")))
        .results()
        .map(row -> row.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  @Test
  void everyInsertGivesWhatItMustAndNothingThatIsNotThere() throws IOException {
    Matcher insert =
        INSERT.matcher(
            Files.readString(DOCS.resolve("upstream/Start.java"))
                + Files.readString(DOCS.resolve("upstream/start.py")));
    int inserts = 0;
    while (insert.find()) {
      Table<?> table = table(insert.group(1));
      List<String> given = Arrays.asList(insert.group(2).split(", ", -1));
      assertThat(table.fieldStream().map(Field::getName)).containsAll(given);
      assertThat(given)
          .containsAll(
              table
                  .fieldStream()
                  .filter(field ->
                      !field.getDataType().nullable()
                          && !field.getDataType().defaulted()
                          && !field.getDataType().identity())
                  .map(Field::getName)
                  .toList());
      inserts++;
    }
    assertThat(inserts).isEqualTo(4);
  }

  @Test
  void theProgramInThePageIsTheFileAndShort() throws IOException {
    String program = Files.readString(DOCS.resolve("upstream/start.ts"));

    assertThat(Files.readString(DOCS.resolve("upstream.md"))).contains(program);
    assertThat(program.lines()).hasSizeLessThanOrEqualTo(30);
    Topics topics = new Topics("sluice.");
    assertThat(program)
        .contains('"' + topics.campaignCommands() + '"', '"' + topics.campaignEvents() + '"');
  }

  @Test
  void theReceiverInThePageIsTheFileAndShort() throws IOException {
    String program = Files.readString(DOCS.resolve("upstream/receive.mjs"));

    assertThat(Files.readString(DOCS.resolve("upstream.md"))).contains(program);
    assertThat(program.lines()).hasSizeLessThanOrEqualTo(20);
  }

  private static Table<?> table(String name) {
    Table<?> table = Sluice.SLUICE.getTable(name);
    assertThat(table).as(name).isNotNull();
    return table;
  }
}
