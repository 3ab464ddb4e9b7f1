package dev.sluice.demo;

import java.lang.reflect.AnnotatedElement;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The environment variables behind options. */
final class Variables {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Z_]+)(?::-([^}]*))?");

  private Variables() {}

  /** Returns the variable of an option, if it has one. */
  static Optional<String> of(OptionSpec option) {
    return declared(option).map(variable -> variable.group(1));
  }

  /** Returns an option's value when its variable is not set; empty if it has no default. */
  static String defaultOf(OptionSpec option) {
    return declared(option)
        .map(variable -> Objects.requireNonNullElse(variable.group(2), ""))
        .orElse("");
  }

  /** Reads the declaration of the option: picocli only returns the variable's value. */
  private static Optional<Matcher> declared(OptionSpec option) {
    // A field or a method parameter.
    if (!(option.userObject() instanceof AnnotatedElement declared)) {
      return Optional.empty();
    }
    return Optional.ofNullable(declared.getAnnotation(Option.class))
        .map(annotation -> VARIABLE.matcher(annotation.defaultValue()))
        .filter(Matcher::find);
  }
}
