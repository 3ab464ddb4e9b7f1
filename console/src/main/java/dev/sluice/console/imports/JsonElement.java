package dev.sluice.console.imports;

import java.io.StringWriter;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectWriteContext;

/** An element of an array, copied as it is read, up to a bound. */
final class JsonElement {
  /** Characters beyond which nothing is copied. */
  static final int LONGEST = 256 * 1024;

  private final JsonParser json;
  private final StringWriter text = new StringWriter();
  private final JsonGenerator copy;
  private long characters;

  /** Begins at the parser's current token. */
  JsonElement(JsonParser json) {
    this.json = json;
    copy = JsonRows.FACTORY.createGenerator(ObjectWriteContext.empty(), text);
    copyToken();
  }

  JsonToken token() {
    return json.currentToken();
  }

  JsonToken next() {
    JsonToken next = json.nextToken();
    copyToken();
    return next;
  }

  /** Skips an object or an array that begins here. */
  void skipChildren() {
    int depth = isContainer() ? 1 : 0;
    while (depth > 0) {
      JsonToken next = next();
      depth += next.isStructStart() ? 1 : next.isStructEnd() ? -1 : 0;
    }
  }

  boolean isContainer() {
    return json.currentToken().isStructStart();
  }

  /** Returns the name of the current field. */
  String name() {
    return json.currentName();
  }

  /** Returns a text, a number as it is written, or true or false; null becomes the empty text. */
  String text() {
    return json.currentToken() == JsonToken.VALUE_NULL ? "" : json.getString();
  }

  boolean isTooLong() {
    return characters > LONGEST;
  }

  /** Returns the element's text, or as much of it as there was room for. */
  String close() {
    copy.close();
    return text.toString();
  }

  private void copyToken() {
    characters += json.getStringLength();
    if (isTooLong()) {
      return;
    }
    if (json.currentToken().isNumeric()) {
      // As it is written: as a number, some would be infinite, and 1.10 would be 1.1.
      copy.writeNumber(json.getString());
    } else {
      copy.copyCurrentEvent(json);
    }
  }
}
