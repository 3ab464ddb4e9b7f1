package dev.sluice.demo;

import static dev.sluice.demo.MarkdownTable.code;
import static java.util.function.Predicate.not;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;
import static java.util.stream.Collectors.toSet;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine.Model.OptionSpec;

/**
 * An option with its environment variable, as the reference describes it.
 *
 * @param commands the commands that have it, like "campaign import"
 */
record Setting(OptionSpec option, SortedSet<String> commands) {
  /** The part of the reference with the options of several commands. */
  static final String SHARED = "several-commands";

  /** What descriptions name and documents set like code: options, variables, database roles. */
  private static final Pattern CODE =
      Pattern.compile("(?<![\\w-])(--[a-z][a-z-]+|[A-Z]+_[A-Z_]*[A-Z]|sluice_[a-z]+)");

  /** Returns the part of the reference that it belongs to. */
  String part() {
    Set<String> first = commands.stream().map(Setting::firstWord).collect(toSet());
    return first.size() == 1 ? first.iterator().next() : SHARED;
  }

  /** Returns the variable; empty if there is none. */
  String variable() {
    return Variables.of(option).orElse("");
  }

  /** Returns the option as it is typed. */
  String typed() {
    return code((option.longestName() + " " + Variables.declaration(option).paramLabel()).strip());
  }

  /** Returns the commands that have it: in the part of a command only those below it. */
  String readers() {
    return (part().equals(SHARED) ? fewReaders() : commands.stream().map(this::belowPart))
        .filter(not(String::isEmpty))
        .map(MarkdownTable::code)
        .collect(joining(", "));
  }

  private Stream<String> fewReaders() {
    return commands.stream()
        .collect(groupingBy(Setting::firstWord, TreeMap::new, toList()))
        .entrySet()
        .stream()
        .map(group -> group.getValue().size() == 1 ? group.getValue().getFirst() : group.getKey());
  }

  private String belowPart(String command) {
    return command.substring(part().length()).strip();
  }

  /** Returns the value if neither is given, in the words of the description if it has any. */
  String standard() {
    String value = Variables.defaultOf(option);
    return variableAndDefault()
        .results()
        .findFirst()
        .map(found -> found.group(1))
        .map(words -> words.replace("${DEFAULT-VALUE}", code(value)))
        .orElseGet(() -> !value.isEmpty() ? code(value) : option.required() ? "required" : "none");
  }

  String meaning() {
    String words = variableAndDefault().replaceAll("");
    return CODE.matcher(words).replaceAll(name -> code(name.group()));
  }

  /** Finds what descriptions say for --help, and the reference in other columns. */
  private Matcher variableAndDefault() {
    return Pattern.compile(" \\(" + variable() + "(?:; ([^)]*))?\\)")
        .matcher(String.join(" ", Variables.declaration(option).description()));
  }

  private static String firstWord(String command) {
    return command.split(" ", 2)[0];
  }
}
