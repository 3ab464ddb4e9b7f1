package dev.sluice.demo;

import java.lang.reflect.AnnotatedElement;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** The environment variables behind options. */
final class Variables {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{env:([A-Z_]+)(?::-([^}]*))?");

  private Variables() {}

  /** Returns a command and all commands below it. */
  static Stream<CommandLine> commands(CommandLine command) {
    return Stream.concat(
        Stream.of(command),
        command.getSubcommands().values().stream().flatMap(Variables::commands));
  }

  /** Returns the options of a command, except for those that all commands have. */
  static Stream<OptionSpec> options(CommandLine command) {
    return command.getCommandSpec().options().stream()
        .filter(option -> !option.usageHelp() && !option.versionHelp());
  }

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

  /** Returns an option as it is declared: picocli only returns the values of variables. */
  static Option declaration(OptionSpec option) {
    // A field or a method parameter.
    return ((AnnotatedElement) option.userObject()).getAnnotation(Option.class);
  }

  private static Optional<Matcher> declared(OptionSpec option) {
    return Optional.of(VARIABLE.matcher(declaration(option).defaultValue())).filter(Matcher::find);
  }
}
