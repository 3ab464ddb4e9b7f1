package dev.sluice.console;

import dev.sluice.schema.Json;
import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;

/** Recipients from a JSON array of {@code {"phone", "variables"}}, read one by one. */
final class JsonRows implements Iterator<RecipientImport.Row> {
  private final MappingIterator<JsonNode> elements;
  private long line;

  JsonRows(InputStream json) {
    try {
      elements = Json.MAPPER.readerFor(JsonNode.class).readValues(json);
    } catch (JacksonException e) {
      throw unreadable(e);
    }
  }

  @Override
  public boolean hasNext() {
    try {
      return elements.hasNext();
    } catch (JacksonException e) {
      throw unreadable(e);
    }
  }

  @Override
  public RecipientImport.Row next() {
    line++;
    try {
      JsonNode element = elements.next();
      Map<String, String> variables = new LinkedHashMap<>();
      element
          .path("variables")
          .properties()
          .forEach(entry -> variables.put(entry.getKey(), entry.getValue().asString("")));
      return RecipientImport.Row.of(line, element.path("phone").asString("").strip(), variables);
    } catch (JacksonException e) {
      throw unreadable(e);
    }
  }

  private static ProblemException unreadable(JacksonException e) {
    return ProblemException.badRequest(
        "The body is not a JSON array of recipients: " + e.getOriginalMessage());
  }
}
