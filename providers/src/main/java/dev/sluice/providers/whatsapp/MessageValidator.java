package dev.sluice.providers.whatsapp;

import dev.sluice.schema.MessageTemplate;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * The WhatsApp Cloud API's rules for messages, as far as they can be checked without the template.
 * The API refuses violations with code 100, 131008, 131009, 132000, 132012 or 132018. Unknown kinds
 * of messages and components pass.
 */
public final class MessageValidator {
  private static final int LONGEST_TEXT = 4_096;
  private static final int LONGEST_HEADER = 60;
  private static final int LONGEST_BODY = 1_024;

  /** Code 132018: new lines, tabs and more than four spaces in a row are forbidden. */
  private static final Pattern FORBIDDEN_SPACE = Pattern.compile("[\\n\\r\\t]| {5,}");

  private static final Set<String> SET_BY_SLUICE = Set.of("to", "biz_opaque_callback_data");
  private static final Set<String> MEDIA = Set.of("image", "video", "document");

  private MessageValidator() {}

  /** Thrown for a message that the API would refuse. */
  private static final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Broken(String problem) {
      super(problem, null, false, false);
    }
  }

  public static Optional<String> problem(JsonNode message) {
    try {
      check(message);
      return Optional.empty();
    } catch (Broken e) {
      return Optional.ofNullable(e.getMessage());
    }
  }

  private static void check(JsonNode message) {
    require(message.isObject(), "the message must be a JSON object");
    for (String field : SET_BY_SLUICE) {
      require(!message.has(field), "\"" + field + "\" is set for each recipient; leave it out");
    }
    String type = message.path("type").asString("");
    require(!type.isEmpty(), "\"type\" is missing, for example \"template\" or \"text\"");
    require(
        message.path(type).isObject(),
        "a message of type \"" + type + "\" needs an object \"" + type + "\"");
    switch (type) {
      case "text" -> {
        String body = message.path("text").path("body").asString("");
        require(!body.isBlank(), "\"text.body\" is empty");
        requireLength(body, LONGEST_TEXT, "\"text.body\"");
      }
      case "template" -> checkTemplate(message.path("template"));
      case "image", "video", "document" -> checkMedia(message.path(type), type);
      default -> {}
    }
  }

  private static void checkTemplate(JsonNode template) {
    require(!template.path("name").asString("").isBlank(), "\"template.name\" is missing");
    require(
        !template.path("language").path("code").asString("").isBlank(),
        "\"template.language.code\" is missing, for example \"pt_BR\"");
    JsonNode components = template.path("components");
    require(
        components.isMissingNode() || components.isArray(),
        "\"template.components\" must be a list");
    Set<String> seen = new HashSet<>();
    for (JsonNode component : components) {
      String type = component.path("type").asString("").toLowerCase(Locale.ROOT);
      require(!type.isEmpty(), "a component has no \"type\"");
      switch (type) {
        case "header" -> {
          require(seen.add(type), "there are two headers");
          require(component.path("parameters").size() <= 1, "a header takes one parameter");
          checkParameters(component, "the header", LONGEST_HEADER);
        }
        case "body" -> {
          require(seen.add(type), "there are two bodies");
          checkParameters(component, "the body", LONGEST_BODY);
        }
        case "button" -> checkButton(component, seen);
        default -> {}
      }
    }
  }

  private static void checkButton(JsonNode button, Set<String> seen) {
    require(
        !button.path("sub_type").asString("").isEmpty(),
        "a button has no \"sub_type\", for example \"url\" or \"quick_reply\"");
    String index = button.path("index").asString("");
    require(index.matches("\\d{1,2}"), "a button's \"index\" is its position, from \"0\"");
    require(seen.add("button " + index), "two buttons have the index " + index);
    checkParameters(button, "button " + index, LONGEST_BODY);
  }

  private static void checkParameters(JsonNode component, String where, int longest) {
    JsonNode parameters = component.path("parameters");
    require(
        parameters.isMissingNode() || parameters.isArray(),
        "\"parameters\" of " + where + " must be a list");
    Set<String> names = new HashSet<>();
    int named = 0;
    for (JsonNode parameter : parameters) {
      String name = parameter.path("parameter_name").asString(null);
      named += name == null ? 0 : 1;
      require(
          name == null || names.add(name), "two parameters of " + where + " are called " + name);
      checkParameter(parameter, where, longest);
    }
    require(
        named == 0 || named == parameters.size(),
        "either all parameters of " + where + " have a \"parameter_name\" or none");
  }

  private static void checkParameter(JsonNode parameter, String where, int longest) {
    String type = parameter.path("type").asString("");
    require(!type.isEmpty(), "a parameter of " + where + " has no \"type\"");
    if (type.equals("text")) {
      String text = parameter.path("text").asString("");
      require(!text.isEmpty(), "a text parameter of " + where + " is empty");
      require(
          !FORBIDDEN_SPACE.matcher(filledIn(text)).find(),
          "a text parameter of "
              + where
              + " holds a new line, a tab or more than four spaces in a row");
      requireLength(text, longest, "a text parameter of " + where);
    } else if (MEDIA.contains(type)) {
      checkMedia(parameter.path(type), type);
    }
  }

  private static void checkMedia(JsonNode media, String type) {
    boolean id = !media.path("id").asString("").isEmpty();
    boolean link = !media.path("link").asString("").isEmpty();
    require(id != link, "a " + type + " needs either an \"id\" or a \"link\"");
  }

  private static void requireLength(String text, int longest, String what) {
    int length = filledIn(text).codePointCount(0, filledIn(text).length());
    require(length <= longest, what + " has " + length + " characters of at most " + longest);
  }

  /**
   * Replaces each variable by one character, its minimum length, in a message that is not rendered
   * yet.
   */
  private static String filledIn(String text) {
    return text.contains("{{") ? MessageTemplate.PLACEHOLDER.matcher(text).replaceAll("x") : text;
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new Broken(otherwise);
    }
  }
}
