package dev.sluice.console.recipient;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;

import de.siegmar.fastcsv.writer.CsvWriter;
import dev.sluice.console.imports.Formulas;
import dev.sluice.console.imports.RowRules;
import dev.sluice.schema.Json;
import dev.sluice.schema.RecipientStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A campaign's recipients as CSV: the outcome of each, and their variables, a column each. However
 * many there are, only one page of them is in memory.
 */
final class RecipientExport {
  private static final List<String> COLUMNS =
      List.of(
          "phone",
          "externalId",
          "status",
          "errorCode",
          "reason",
          "createdAt",
          "updatedAt",
          "sentAt",
          "deliveredAt",
          "readAt",
          "failedAt",
          "providerMessageId");

  /**
   * Variables that have a column of their own; the others share one with those that have long
   * names.
   */
  private static final int MOST_VARIABLES = 1_000;

  private static final String OTHERS = "otherVariables";

  private static final Set<RecipientStatus> NEED_A_REASON =
      EnumSet.of(RecipientStatus.FAILED, RecipientStatus.UNCONFIRMED);

  private final ExportPages pages;
  private final ReasonWords words;
  private final List<String> variables;
  private final boolean hasOthers;

  /** Reads which columns there are. */
  RecipientExport(ExportPages pages, ReasonWords words) {
    this.pages = pages;
    this.words = words;
    ExportPages.Names names = pages.variables(MOST_VARIABLES + 1, RowRules.LONGEST_NAME + 1);
    variables =
        names.names().stream()
            .filter(name -> name.length() <= RowRules.LONGEST_NAME)
            .limit(MOST_VARIABLES)
            .toList();
    hasOthers = !names.complete() || names.names().size() > variables.size();
  }

  void writeTo(OutputStream to) throws IOException {
    CsvWriter csv = CsvWriter.builder().build(new OutputStreamWriter(to, StandardCharsets.UTF_8));
    csv.writeRecord(header());
    Recipients.Place place = Recipients.Place.START;
    ExportPages.Page page;
    do {
      page = pages.after(place);
      for (Record recipient : page.recipients()) {
        csv.writeRecord(line(recipient));
        place = place(recipient);
      }
    } while (!page.last());
    csv.flush();
  }

  private List<String> header() {
    List<String> header = new ArrayList<>(COLUMNS);
    variables.forEach(name -> header.add(Formulas.defusedThroughout(column(name))));
    if (hasOthers) {
      header.add(OTHERS);
    }
    return header;
  }

  /** A variable may have the name of one of our own columns. */
  private static String column(String variable) {
    return COLUMNS.stream().anyMatch(variable::equalsIgnoreCase)
        ? "variables." + variable
        : variable;
  }

  private static Recipients.Place place(Record recipient) {
    var r = CAMPAIGN_RECIPIENT;
    return new Recipients.Place(
        recipient.get(r.CREATED_AT), recipient.get(r.ID), recipient.get(r.PHONE));
  }

  private List<String> line(Record recipient) {
    var r = CAMPAIGN_RECIPIENT;
    List<String> line = new ArrayList<>(COLUMNS.size() + variables.size() + 1);
    line.add(recipient.get(r.PHONE));
    line.add(text(recipient.get(r.EXTERNAL_ID)));
    line.add(recipient.get(r.STATUS).name());
    line.add(text(recipient.get(r.ERROR_CODE)));
    line.add(reason(recipient.get(r.STATUS), recipient.get(r.ERROR_CODE)));
    line.add(recipient.get(r.CREATED_AT).toString());
    line.add(recipient.get(r.UPDATED_AT).toString());
    line.add(time(recipient.get(r.SENT_AT)));
    line.add(time(recipient.get(r.DELIVERED_AT)));
    line.add(time(recipient.get(r.READ_AT)));
    line.add(time(recipient.get(r.FAILED_AT)));
    line.add(text(recipient.get(r.PROVIDER_MESSAGE_ID)));
    JsonNode given = StoredVariables.of(recipient);
    addVariables(line, given == null ? Json.MAPPER.createObjectNode() : given);
    return line;
  }

  private void addVariables(List<String> line, JsonNode given) {
    for (String name : variables) {
      line.add(text(value(given.get(name))));
    }
    if (hasOthers) {
      Map<String, JsonNode> others = new LinkedHashMap<>();
      for (Map.Entry<String, JsonNode> variable : given.properties()) {
        if (!variables.contains(variable.getKey())) {
          others.put(variable.getKey(), variable.getValue());
        }
      }
      line.add(others.isEmpty() ? "" : text(Json.MAPPER.writeValueAsString(others)));
    }
  }

  /** Other programs may have inserted values that are no texts. */
  private static @Nullable String value(@Nullable JsonNode value) {
    if (value == null || value.isNull()) {
      return null;
    }
    return value.isValueNode() ? value.asString() : value.toString();
  }

  private static String time(@Nullable Instant at) {
    return at == null ? "" : at.toString();
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : Formulas.defusedThroughout(value);
  }

  private String reason(RecipientStatus status, @Nullable String code) {
    return code != null || NEED_A_REASON.contains(status)
        ? Formulas.defusedThroughout(words.of(code))
        : "";
  }
}
