package dev.sluice.benchmark.scenario;

import dev.sluice.benchmark.chaos.Fleet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Roles as the launcher starts them; those of the chaos runs compile less. */
final class MeasuredRoles {
  /** More options for the roles' JVMs, as for a flight recorder. */
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
