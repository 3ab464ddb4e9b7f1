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

  /** What came of rendering for one recipient. */
  public sealed interface Rendered {}

  /** The message for this recipient. */
  public record Complete(JsonNode message) implements Rendered {}

  /** The recipient has no such variable. */
  public record MissingVariable(String name) implements Rendered {}

  /** Renders the message for a recipient with these variables. */
  public Rendered render(Map<String, String> variables) {
    Rendering rendering = new Rendering(variables);
    JsonNode rendered = rendering.node(message);
    return rendering.missing == null
        ? new Complete(rendered)
        : new MissingVariable(rendering.missing);
  }

  private static final class Rendering {
    private final Map<String, String> variables;
    private @Nullable String missing;

    private Rendering(Map<String, String> variables) {
      this.variables = variables;
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
      return PLACEHOLDER.matcher(text).replaceAll(this::value);
    }

    private String value(java.util.regex.MatchResult placeholder) {
      String name = placeholder.group(1);
      String value = variables.get(name);
      if (value == null && missing == null) {
        missing = name;
      }
      return value == null ? "" : Matcher.quoteReplacement(value);
    }
  }
}
