package dev.sluice.console;

import java.io.InputStream;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Recipients from a JSON array of {@code {"phone", "variables"}}, read one by one, and of each no
 * more than a recipient may have.
 */
final class JsonRows implements Iterator<RecipientImport.Row> {
  /** Characters of a recipient's variables beyond which they are not even read. */
  private static final int LONGEST = 256 * 1024;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(LONGEST).build())
          .build();

  private final JsonParser json;
  private @Nullable JsonToken next;
  private long line;

  JsonRows(InputStream body) {
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
  public boolean hasNext() {
    return next != JsonToken.END_ARRAY;
  }

  @Override
  public RecipientImport.Row next() {
    line++;
    try {
      RecipientImport.Row row = row();
      next = json.nextToken();
      return row;
    } catch (JacksonException e) {
      throw unreadable(e);
    }
  }

  private RecipientImport.Row row() {
    if (next != JsonToken.START_OBJECT) {
      json.skipChildren();
      return RecipientImport.Row.unusable(line, "not an object with a phone number");
    }
    String phone = "";
    Map<String, String> variables = new LinkedHashMap<>();
    boolean all = true;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("variables") && value == JsonToken.START_OBJECT) {
        all = readInto(variables);
      } else if (name.equals("phone")) {
        phone = text();
      } else {
        json.skipChildren();
      }
    }
    return all
        ? RecipientImport.Row.of(line, phone.strip(), variables)
        : RecipientImport.Row.unusable(line, "the variables are too long");
  }

  /** Whether there were not too many of them. */
  private boolean readInto(Map<String, String> variables) {
    int length = 0;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      String name = json.currentName();
      json.nextToken();
      String value = text();
      length += name.length() + value.length();
      if (length <= LONGEST) {
        variables.put(name, value);
      }
    }
    return length <= LONGEST;
  }

  /** A text, a number, true or false; anything else is no value. */
  private String text() {
    JsonToken token = json.currentToken();
    if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
      return json.getString();
    }
    json.skipChildren();
    return "";
  }

  private static ProblemException unreadable(JacksonException e) {
    return ProblemException.badRequest(
        "The body is not a JSON array of recipients: " + e.getOriginalMessage());
  }
}
