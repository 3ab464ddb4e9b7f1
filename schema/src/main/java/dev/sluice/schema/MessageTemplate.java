package dev.sluice.schema;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A campaign's message, in which every string may hold {@code {{variable}}} placeholders.
 *
 * @param message the provider's message body without the recipient
 */
public record MessageTemplate(JsonNode message) {
  static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([^{}\\s]+)\\s*}}");

  /** The longest that the texts with placeholders may become together, characters. */
  public static final int LONGEST = 64 * 1024;

  /** What came of rendering for one recipient. */
  public sealed interface Rendered {}

  /**
   * The message for this recipient.
   *
   * @param characters how long its texts with placeholders became together; other texts are shared
   *     by all recipients
   */
  public record Complete(JsonNode message, int characters) implements Rendered {}

  /** The recipient has no such variable. */
  public record MissingVariable(String name) implements Rendered {}

  /**
   * Its texts would become longer than allowed.
   *
   * @param longest what was allowed, characters
   */
  public record TooLong(int longest) implements Rendered {}

  /** Renders the message for a recipient with these variables, to {@link #LONGEST} at most. */
  public Rendered render(Map<String, String> variables) {
    return render(variables, LONGEST);
  }

  /**
   * Renders the message for a recipient with these variables.
   *
   * @param longest how long the texts with placeholders may become together, characters; no more
   *     than that is ever built
   */
  public Rendered render(Map<String, String> variables, int longest) {
    Rendering rendering = new Rendering(variables, longest);
    JsonNode rendered = rendering.node(message);
    if (rendering.left < 0) {
      return new TooLong(longest);
    }
    return rendering.missing == null
        ? new Complete(rendered, longest - rendering.left)
        : new MissingVariable(rendering.missing);
  }

  private static final class Rendering {
    private final Map<String, String> variables;
    private int left;
    private @Nullable String missing;

    private Rendering(Map<String, String> variables, int longest) {
      this.variables = variables;
      left = longest;
    }

    private JsonNode node(JsonNode node) {
      return switch (node) {
        case ObjectNode object -> {
          ObjectNode copy = JsonNodeFactory.instance.objectNode();
          object.properties().forEach(field -> copy.set(field.getKey(), node(field.getValue())));
          yield copy;
        }
        case ArrayNode array -> {
          ArrayNode copy = JsonNodeFactory.instance.arrayNode();
          array.forEach(element -> copy.add(node(element)));
          yield copy;
        }
        case JsonNode leaf when leaf.isString() -> {
          String text = leaf.stringValue();
          // Most strings have no placeholder: they are shared, not copied.
          yield text.contains("{{") ? JsonNodeFactory.instance.stringNode(text(text)) : leaf;
        }
        default -> node;
      };
    }

    private String text(String text) {
      StringBuilder rendered = new StringBuilder();
      Matcher placeholders = PLACEHOLDER.matcher(text);
      int end = 0;
      while (left >= 0 && placeholders.find()) {
        append(rendered, text, end, placeholders.start());
        String value = value(placeholders.group(1));
        append(rendered, value, 0, value.length());
        end = placeholders.end();
      }
      append(rendered, text, end, text.length());
      return rendered.toString();
    }

    private void append(StringBuilder rendered, String text, int from, int to) {
      if (left >= 0) {
        left -= to - from;
      }
      if (left >= 0) {
        rendered.append(text, from, to);
      }
    }

    private String value(String name) {
      String value = variables.get(name);
      if (value == null && missing == null) {
        missing = name;
      }
      return value == null ? "" : value;
    }
  }
}
