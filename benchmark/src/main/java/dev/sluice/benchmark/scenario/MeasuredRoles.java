package dev.sluice.benchmark.scenario;

import dev.sluice.benchmark.fleet.Fleet;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Creates roles that compile as under the launcher; those of the chaos runs compile less. */
final class MeasuredRoles {
  /**
   * The environment variable with more options for the roles' JVMs, for example a flight
   * recorder's.
   */
  private static final String MORE_OPTIONS = "SLUICE_BENCHMARK_ROLE_OPTIONS";

  private MeasuredRoles() {}

  /** Creates them; their JVMs get the options of {@code SLUICE_JAVA_OPTIONS} in addition. */
  static Fleet of(Servers servers, String providerUrl, Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(variables);
    all.put(
        "SLUICE_JAVA_OPTIONS",
        Stream.of(
                "-Xmx512m -XX:MetaspaceSize=128m -XX:TieredStopAtLevel=4",
                variables.getOrDefault("SLUICE_JAVA_OPTIONS", ""),
                System.getenv().getOrDefault(MORE_OPTIONS, ""))
            .collect(Collectors.joining(" ")));
    return new Fleet(servers.environment(), providerUrl, all);
  }
}
