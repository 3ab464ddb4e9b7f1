package dev.sluice.console.imports;

import dev.sluice.console.http.Bodies;
import dev.sluice.console.http.ProblemException;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.MessageTemplate;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Recipients from a JSON array of {@code {"phone", "variables", "externalId", "timeZone"}}, read
 * one by one, and of each no more than a recipient may have.
 */
final class JsonRows implements Rows {
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxStringLength(JsonElement.LONGEST)
                  .maxNameLength(50_000)
                  .maxNestingDepth(500)
                  .build())
          .build();

  private final boolean zones;
  private final JsonParser json;
  private @Nullable JsonToken next;
  private long line;

  JsonRows(InputStream body, boolean zones) {
    this.zones = zones;
    try {
      json = FACTORY.createParser(ObjectReadContext.empty(), body);
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw ProblemException.badRequest("The body is not a JSON array of recipients.");
      }
      next = json.nextToken();
    } catch (JacksonException e) {
      throw unreadable(e);
    }
  }

  @Override
  public List<String> header() {
    return List.of("recipient");
  }

  @Override
  public char separator() {
    return ',';
  }

  @Override
  public boolean hasNext() {
    return next != JsonToken.END_ARRAY;
  }

  @Override
  public Row next() {
    line++;
    try {
      JsonElement element = new JsonElement(json);
      Given given = new Given(zones);
      given.read(element);
      String whole = element.close();
      next = json.nextToken();
      return given.row(line, whole, element.isTooLong());
    } catch (JacksonException e) {
      throw unreadable(e);
    }
  }

  /** The fields of one element. */
  private static final class Given {
    private final boolean zones;
    private final Map<String, String> variables = new LinkedHashMap<>();
    private String phone = "";
    private @Nullable String externalId;
    private @Nullable String timeZone;
    private @Nullable String fault;

    Given(boolean zones) {
      this.zones = zones;
    }

    void read(JsonElement element) {
      if (element.token() != JsonToken.START_OBJECT) {
        element.skipChildren();
        fault = RowReasons.NO_OBJECT;
        return;
      }
      while (element.next() != JsonToken.END_OBJECT) {
        String name = element.name();
        element.next();
        switch (name) {
          case "phone" -> phone = readText(element, name);
          case "externalId" -> externalId = readText(element, name);
          case "timeZone" -> readZone(element, name);
          case "variables" -> readVariables(element);
          default -> element.skipChildren();
        }
      }
    }

    private void readZone(JsonElement element, String name) {
      if (zones) {
        timeZone = readText(element, name);
      } else {
        element.skipChildren();
      }
    }

    private String readText(JsonElement element, String name) {
      if (element.isContainer()) {
        element.skipChildren();
        fault = RowReasons.noText(name);
        return "";
      }
      return element.text();
    }

    private void readVariables(JsonElement element) {
      if (element.token() != JsonToken.START_OBJECT) {
        element.skipChildren();
        if (element.token() != JsonToken.VALUE_NULL) {
          fault = RowReasons.VARIABLES;
        }
        return;
      }
      while (element.next() != JsonToken.END_OBJECT) {
        String name = element.name();
        JsonToken value = element.next();
        if (element.isContainer() || value == JsonToken.VALUE_NULL) {
          element.skipChildren();
          fault = RowReasons.noTextVariable(Clipped.to(100, name));
        } else if (!element.isTooLong()) {
          variables.put(MessageTemplate.name(name), element.text());
        }
      }
    }

    Row row(long line, String whole, boolean tooLong) {
      return tooLong
          ? Row.faulty(line, phone.strip(), List.of(whole), RowReasons.RECIPIENT_TOO_LONG)
          : new Row(line, phone.strip(), variables, externalId, timeZone, List.of(whole), fault);
    }
  }

  private static ProblemException unreadable(JacksonException e) {
    return ProblemException.badRequest(
        "The body is not a JSON array of recipients: " + Bodies.words(e));
  }
}
