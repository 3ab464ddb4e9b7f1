package dev.sluice.demo;

import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The environment variables behind options. */
final class Variables {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Z_]+)");

  private Variables() {}

  /** Reads the declaration of the option: picocli only returns the variable's value. */
  static Optional<String> of(OptionSpec option) {
    // A field or a method parameter.
    if (!(option.userObject() instanceof AnnotatedElement declared)) {
      return Optional.empty();
    }
    return Optional.ofNullable(declared.getAnnotation(Option.class))
        .map(annotation -> VARIABLE.matcher(annotation.defaultValue()))
        .filter(Matcher::find)
        .map(variable -> variable.group(1));
  }
}
