package dev.sluice.demo;

import java.lang.reflect.Field;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The environment variables behind options. */
final class Variables {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Z_]+)");

  private Variables() {}

  /** As the option is declared: picocli itself only tells the variable's value. */
  static Optional<String> of(OptionSpec option) {
    if (!(option.userObject() instanceof Field field)) {
      return Optional.empty();
    }
    Matcher variable = VARIABLE.matcher(field.getAnnotation(Option.class).defaultValue());
    return variable.find() ? Optional.of(variable.group(1)) : Optional.empty();
  }
}
