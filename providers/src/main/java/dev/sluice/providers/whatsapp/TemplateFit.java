package dev.sluice.providers.whatsapp;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/**
 * Compares a message's template with the account's list, because the provider would refuse each
 * message with a parameter too many or too few (132000, 132012), and accept a link that leads
 * nowhere. Components that this does not know are left to the provider.
 */
public final class TemplateFit {
  private static final Pattern VARIABLE = Pattern.compile("\\{\\{\\s*([A-Za-z0-9_]+)\\s*}}");
  private static final Pattern WHOLE_URL =
      Pattern.compile("\\s*https?://.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern INDEX = Pattern.compile("[0-9]{1,4}");
  private static final Set<String> MEDIA = Set.of("IMAGE", "VIDEO", "DOCUMENT");

  private final JsonNode listed;
  private final boolean named;
  private final JsonNode given;
  private final List<String> misfits = new ArrayList<>();

  private TemplateFit(JsonNode listed, boolean named, JsonNode given) {
    this.listed = listed;
    this.named = named;
    this.given = given;
  }

  /**
   * Returns what does not fit, in words; nothing if everything does.
   *
   * @param listed the template's components in the account's list
   * @param parameterFormat {@code NAMED} or {@code POSITIONAL}
   * @param given the components of the message's template
   */
  public static List<String> misfits(JsonNode listed, String parameterFormat, JsonNode given) {
    TemplateFit fit = new TemplateFit(listed, parameterFormat.equals("NAMED"), given);
    fit.header();
    fit.compare("body", fit.expected("BODY"));
    fit.buttons();
    fit.surplusOfButtons();
    return List.copyOf(fit.misfits);
  }

  private void header() {
    JsonNode header = expected("HEADER");
    String format = header.path("format").asString("TEXT");
    if (format.equals("TEXT")) {
      compare("header", header);
    } else if (MEDIA.contains(format)) {
      String kind = format.toLowerCase(Locale.ROOT);
      JsonNode parameters = parameters("header");
      if (parameters.size() != 1 || !parameters.path(0).path("type").asString("").equals(kind)) {
        misfits.add("the header must be given one parameter of the type " + kind);
      }
    }
  }

  private void compare(String part, JsonNode component) {
    JsonNode text = component.path("text");
    if (!component.isMissingNode() && !text.isString()) {
      // The provider writes the text, such as that of a code.
      return;
    }
    Set<String> wanted = variables(text.asString(""));
    JsonNode parameters = parameters(part);
    if (parameters.size() != wanted.size()) {
      misfits.add(
          "the %s has %d parameter%s, but the template needs %d"
              .formatted(
                  part, parameters.size(), parameters.size() == 1 ? "" : "s", wanted.size()));
    } else if (named) {
      Set<String> names =
          parameters
              .valueStream()
              .map(one -> one.path("parameter_name").asString(""))
              .collect(Collectors.toSet());
      wanted.stream()
          .filter(name -> !names.contains(name))
          .map(name -> "the %s lacks the parameter \"%s\"".formatted(part, name))
          .forEach(misfits::add);
    }
  }

  private void buttons() {
    JsonNode buttons = expected("BUTTONS").path("buttons");
    for (int index = 0; index < buttons.size(); index++) {
      JsonNode button = buttons.path(index);
      if (isFilledIn(button)) {
        int number = index + 1;
        button(index)
            .ifPresentOrElse(
                filled -> requireEnd(number, button, filled),
                () -> misfits.add("button " + number + " lacks its parameter"));
      }
    }
  }

  /** A button of another kind may be given something, such as what a quick reply sends back. */
  private void surplusOfButtons() {
    if (!listed.isArray()) {
      return;
    }
    JsonNode buttons = expected("BUTTONS").path("buttons");
    given
        .valueStream()
        .filter(one -> isOfType("button", one) && !one.path("parameters").isEmpty())
        .map(one -> one.path("index").asString(""))
        .filter(index -> INDEX.matcher(index).matches())
        .map(Integer::parseInt)
        .filter(index -> index >= buttons.size() || takesNothing(buttons.path(index)))
        .map(index ->
            index >= buttons.size()
                ? "button %d has a parameter, but the template has no such button"
                    .formatted(index + 1)
                : "button %d has a parameter, but the template needs none".formatted(index + 1))
        .forEach(misfits::add);
  }

  private static boolean takesNothing(JsonNode button) {
    return switch (button.path("type").asString("")) {
      case "PHONE_NUMBER", "VOICE_CALL" -> true;
      case "URL" -> button.path("url").isString() && !isFilledIn(button);
      default -> false;
    };
  }

  /**
   * The provider appends the parameter to the template's URL, and takes anything for it. In a query
   * a whole URL may be meant.
   */
  private void requireEnd(int number, JsonNode button, JsonNode filled) {
    String beginning = VARIABLE.split(button.path("url").asString(""), 2)[0];
    String given = filled.at("/parameters/0/text").asString("");
    if (!beginning.isEmpty() && !beginning.contains("?") && WHOLE_URL.matcher(given).matches()) {
      misfits.add(
          "button %d is given a whole URL, but the template wants only what follows %s"
              .formatted(number, beginning));
    }
  }

  private static boolean isFilledIn(JsonNode button) {
    return switch (button.path("type").asString("")) {
      case "COPY_CODE", "OTP" -> true;
      case "URL" -> !variables(button.path("url").asString("")).isEmpty();
      default -> false;
    };
  }

  private Optional<JsonNode> button(int index) {
    return given
        .valueStream()
        .filter(one -> isOfType("button", one))
        .filter(one -> one.path("index").asString("").equals(Integer.toString(index)))
        .filter(one -> !one.path("parameters").isEmpty())
        .findFirst();
  }

  private JsonNode expected(String type) {
    return find(listed, type);
  }

  private JsonNode parameters(String part) {
    return find(given, part).path("parameters");
  }

  private static JsonNode find(JsonNode components, String type) {
    int at =
        IntStream.range(0, components.size())
            .filter(i -> isOfType(type, components.path(i)))
            .findFirst()
            .orElse(-1);
    return components.path(at);
  }

  private static boolean isOfType(String type, JsonNode component) {
    return component.path("type").asString("").equalsIgnoreCase(type);
  }

  private static Set<String> variables(String text) {
    Set<String> names = new LinkedHashSet<>();
    for (Matcher found = VARIABLE.matcher(text); found.find(); ) {
      names.add(found.group(1));
    }
    return names;
  }
}
