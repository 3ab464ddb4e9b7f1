package dev.sluice.console.imports;

import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import org.jooq.JSONB;
import tools.jackson.databind.JsonNode;

/**
 * The variables that a message needs of each recipient.
 *
 * @param variables the variables that a recipient must have
 * @param filled those of them that must not be blank either, as a parameter of a template consists
 *     of nothing else, and the provider refuses one that is empty
 */
public record Needs(Set<String> variables, Set<String> filled) {
  public static final Needs NOTHING = new Needs(Set.of(), Set.of());

  /** Returns what a message needs. */
  public static Needs of(JsonNode message) {
    Set<String> filled = new LinkedHashSet<>();
    if (message.path("type").asString("").equals("template")) {
      collect(message.at("/template/components"), filled);
    }
    return new Needs(new MessageTemplate(message).variables(), filled);
  }

  static Needs of(JSONB message) {
    return of(Json.MAPPER.readTree(message.data()));
  }

  private static void collect(JsonNode node, Set<String> filled) {
    if (node.isString()) {
      Matcher whole = MessageTemplate.PLACEHOLDER.matcher(node.stringValue().strip());
      if (whole.matches()) {
        filled.add(MessageTemplate.name(whole.group(1)));
      }
    }
    node.forEach(child -> collect(child, filled));
  }
}
