package dev.sluice.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * A right of a role on Kafka, as listed in docs/security.md.
 *
 * @param prefix whether the name is a prefix of names
 */
record KafkaRight(
    String role, AclOperation operation, ResourceType type, String name, boolean prefix) {
  private static final Pattern ROW =
      Pattern.compile(
          "\\| ([a-z-]+) \\| ([A-Za-z, ]+) \\| (topic|group|transactional id)s? `([^`*]+)(\\*?)` \\|");

  static List<KafkaRight> documented() throws IOException {
    return Files.readAllLines(Path.of("../docs/security.md")).stream()
        .map(ROW::matcher)
        .filter(Matcher::matches)
        .flatMap(row ->
            Stream.of(row.group(2).split(", ", -1))
                .map(operation ->
                    new KafkaRight(
                        row.group(1),
                        operation(operation),
                        ResourceType.valueOf(
                            row.group(3).toUpperCase(Locale.ROOT).replace(' ', '_')),
                        row.group(4),
                        !row.group(5).isEmpty())))
        .toList();
  }

  static AclOperation operation(String name) {
    return AclOperation.valueOf(constant(name));
  }

  /** Returns the enum constant for a name in camel case. */
  static String constant(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }

  AclBinding binding() {
    return new AclBinding(
        new ResourcePattern(type, name, prefix ? PatternType.PREFIXED : PatternType.LITERAL),
        new AccessControlEntry("User:" + role, "*", operation, AclPermissionType.ALLOW));
  }

  boolean covers(String who, AclOperation what, ResourcePattern on) {
    return role.equals(who) && operation == what && type == on.resourceType() && isFor(on.name());
  }

  /** Returns whether it is for what has this name. */
  boolean isFor(String what) {
    return prefix ? what.startsWith(name) : what.equals(name);
  }

  @Override
  public String toString() {
    return role + " " + operation + " " + type + " " + name + (prefix ? "*" : "");
  }
}
