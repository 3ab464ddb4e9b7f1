package dev.sluice.schema;

import java.text.Normalizer;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * A campaign's message, in which every string may hold {@code {{variable}}} placeholders. A
 * variable may have the name of any CSV column without braces; spaces around the name are ignored.
 * The console page's {@code placeholders.js} implements the same rules.
 */
public final class MessageTemplate {
  private static final String SPACE = "\\s\\p{Z}\\uFEFF";

  /** Possessive quantifiers, so that no text causes excessive backtracking. */
  public static final Pattern PLACEHOLDER =
      Pattern.compile("(?<!\\{)\\{\\{[" + SPACE + "]*+([^{}" + SPACE + "][^{}]*+)}}(?!})");

  private static final Pattern SPACES = Pattern.compile("[" + SPACE + "]+");

  /** The longest that the texts with placeholders may become together, characters. */
  public static final int LONGEST = 64 * 1024;

  private final JsonNode message;
  private final Set<String> variables;
  private final RenderedPart whole;
  private final int bytes;

  /**
   * Prepares a message for rendering, which is the greater part of the work.
   *
   * @param message the provider's message body without the recipient
   */
  public MessageTemplate(JsonNode message) {
    this.message = message;
    Set<String> names = new LinkedHashSet<>();
    collect(message, names);
    variables = Collections.unmodifiableSet(names);
    whole = RenderedPart.of(message);
    bytes = message.toString().length() + MessageParts.BYTES * MessageParts.in(message);
  }

  /**
   * Returns how much memory the message takes when it is rendered and written, besides the values
   * of its variables, roughly, bytes.
   */
  public int bytes() {
    return bytes;
  }

  /** The result of rendering for one recipient. */
  public sealed interface Rendered {}

  /**
   * The message for this recipient.
   *
   * @param characters the total length of its rendered texts with placeholders; other texts are
   *     shared by all recipients
   */
  public record Complete(JsonNode message, int characters) implements Rendered {}

  /** The recipient has no such variable. */
  public record MissingVariable(String name) implements Rendered {}

  /**
   * Its texts would exceed the limit.
   *
   * @param longest the limit, characters
   */
  public record TooLong(int longest) implements Rendered {}

  /**
   * Returns a variable's name in the form used for comparison: NFC, with each run of white space
   * replaced by one space.
   */
  public static String name(String written) {
    return Normalizer.normalize(
        SPACES.matcher(written).replaceAll(" ").strip(), Normalizer.Form.NFC);
  }

  /** Returns the names of the message's variables. */
  public Set<String> variables() {
    return variables;
  }

  private static void collect(JsonNode node, Set<String> names) {
    if (node.isString()) {
      PLACEHOLDER
          .matcher(node.stringValue())
          .results()
          .forEach(found -> names.add(name(found.group(1))));
    }
    node.forEach(child -> collect(child, names));
  }

  /**
   * Describes why the message cannot be sent: it has too many parts, or double braces that are not
   * a variable and would be sent as they are. Empty if there is no reason.
   */
  public Optional<String> problem() {
    int parts = MessageParts.in(message);
    return parts > MessageParts.MOST
        ? Optional.of(
            "it has " + parts + " fields and values; " + MessageParts.MOST + " are allowed")
        : problem(message);
  }

  private static Optional<String> problem(JsonNode node) {
    if (node.isString()) {
      String fixed = PLACEHOLDER.matcher(node.stringValue()).replaceAll(" ");
      return fixed.contains("{{") || fixed.contains("}}")
          ? Optional.of("\"" + excerpt(fixed) + "\" is not a variable like {{first_name}}")
          : Optional.empty();
    }
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      if (field.getKey().contains("{{")) {
        return Optional.of("the field \"" + excerpt(field.getKey()) + "\" cannot be a variable");
      }
    }
    for (JsonNode child : node) {
      Optional<String> problem = problem(child);
      if (problem.isPresent()) {
        return problem;
      }
    }
    return Optional.empty();
  }

  private static String excerpt(String text) {
    int opening = text.indexOf("{{");
    int from = opening < 0 ? Math.max(0, text.indexOf("}}") - 40) : opening;
    return Clipped.to(60, text.substring(from).strip());
  }

  /** Renders the message with a recipient's variables, limited to {@link #LONGEST}. */
  public Rendered render(Map<String, String> variables) {
    return render(variables, LONGEST);
  }

  /**
   * Renders the message with a recipient's variables.
   *
   * @param longest the longest that the texts with placeholders may become together, characters;
   *     nothing longer is ever built
   */
  public Rendered render(Map<String, String> variables, int longest) {
    RenderedPart.Rendering rendering = new RenderedPart.Rendering(variables, longest);
    JsonNode rendered = whole.render(rendering);
    if (rendering.left() < 0) {
      return new TooLong(longest);
    }
    String missing = rendering.missing();
    return missing == null
        ? new Complete(rendered, longest - rendering.left())
        : new MissingVariable(missing);
  }
}
