package dev.sluice.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A part of a message whose placeholders have been found, to be rendered for many recipients. */
sealed interface RenderedPart {
  JsonNode render(Rendering rendering);

  static RenderedPart of(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        Map<String, RenderedPart> fields = new LinkedHashMap<>();
        object.properties().forEach(field -> fields.put(field.getKey(), of(field.getValue())));
        yield fields.values().stream().allMatch(Same.class::isInstance)
            ? new Same(node)
            : new Fields(fields);
      }
      case ArrayNode array -> {
        List<RenderedPart> elements = new ArrayList<>();
        array.forEach(element -> elements.add(of(element)));
        yield elements.stream().allMatch(Same.class::isInstance)
            ? new Same(node)
            : new Elements(elements);
      }
      case JsonNode leaf when leaf.isString() && leaf.stringValue().contains("{{") ->
          Text.of(leaf.stringValue());
      default -> new Same(node);
    };
  }

  /** Without placeholders: all recipients share it. */
  record Same(JsonNode node) implements RenderedPart {
    @Override
    public JsonNode render(Rendering rendering) {
      return node;
    }
  }

  record Fields(Map<String, RenderedPart> fields) implements RenderedPart {
    @Override
    public JsonNode render(Rendering rendering) {
      ObjectNode copy = JsonNodeFactory.instance.objectNode();
      fields.forEach((name, value) -> copy.set(name, value.render(rendering)));
      return copy;
    }
  }

  record Elements(List<RenderedPart> elements) implements RenderedPart {
    @Override
    public JsonNode render(Rendering rendering) {
      ArrayNode copy = JsonNodeFactory.instance.arrayNode(elements.size());
      elements.forEach(element -> copy.add(element.render(rendering)));
      return copy;
    }
  }

  /**
   * A text and its variables.
   *
   * @param literals what is before each variable, and after the last one
   */
  record Text(List<String> literals, List<String> variables) implements RenderedPart {
    static Text of(String text) {
      List<String> literals = new ArrayList<>();
      List<String> variables = new ArrayList<>();
      Matcher placeholders = MessageTemplate.PLACEHOLDER.matcher(text);
      int end = 0;
      while (placeholders.find()) {
        literals.add(text.substring(end, placeholders.start()));
        variables.add(MessageTemplate.name(placeholders.group(1)));
        end = placeholders.end();
      }
      literals.add(text.substring(end));
      return new Text(literals, variables);
    }

    @Override
    public JsonNode render(Rendering rendering) {
      StringBuilder rendered = new StringBuilder();
      rendering.append(rendered, literals.getFirst());
      for (int i = 0; i < variables.size() && rendering.left >= 0; i++) {
        rendering.append(rendered, rendering.value(variables.get(i)));
        rendering.append(rendered, literals.get(i + 1));
      }
      return JsonNodeFactory.instance.stringNode(rendered.toString());
    }
  }

  /** Renders texts for one recipient. */
  final class Rendering {
    private final Map<String, String> variables;
    private int left;
    private @Nullable String missing;

    /**
     * Begins one.
     *
     * @param longest how long the texts with placeholders may become together, characters
     */
    Rendering(Map<String, String> variables, int longest) {
      this.variables = variables;
      left = longest;
    }

    /** The characters that may still be added; negative if there were too many. */
    int left() {
      return left;
    }

    /** The first variable that the recipient does not have, or null. */
    @Nullable String missing() {
      return missing;
    }

    private void append(StringBuilder rendered, String text) {
      if (left >= 0) {
        left -= text.length();
      }
      if (left >= 0) {
        rendered.append(text);
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
