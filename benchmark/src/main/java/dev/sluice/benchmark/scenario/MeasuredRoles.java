package dev.sluice.benchmark.scenario;

import dev.sluice.benchmark.chaos.Fleet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Creates roles that compile as under the launcher; those of the chaos runs compile less. */
final class MeasuredRoles {
  /**
   * The environment variable with more options for the roles' JVMs, for example a flight
   * recorder's.
   */
  private static final String MORE_OPTIONS = "SLUICE_BENCHMARK_ROLE_OPTIONS";

  private MeasuredRoles() {}

  static Fleet of(Servers servers, String providerUrl, Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put(
        "SLUICE_JAVA_OPTIONS",
        "-Xmx512m -XX:MetaspaceSize=128m -XX:TieredStopAtLevel=4 "
            + Optional.ofNullable(System.getenv(MORE_OPTIONS)).orElse(""));
    return new Fleet(servers.sandbox(), providerUrl, all);
  }
}
