package dev.sluice.benchmark.fleet;

import dev.sluice.benchmark.guarantee.RateHeld;
import dev.sluice.local.TestEnvironment;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The running roles, by names like {@code worker 1}. */
public final class Fleet implements AutoCloseable {
  /** Makes the last results come sooner, for runs that do not measure how results are written. */
  public static final Map<String, String> WRITING_SOON = Map.of("SLUICE_FLUSH_INTERVAL", "2s");

  /** Makes workers say when they write each message, for {@link RateHeld}. */
  public static final Map<String, String> SAYING_WHEN = Map.of("SLUICE_WRITE_TIMES", "true");

  /** Returns these variables, with which workers also say when they write. */
  public static Map<String, String> sayingWhen(Map<String, String> variables) {
    Map<String, String> all = new HashMap<>(SAYING_WHEN);
    all.putAll(variables);
    return all;
  }

  private final TestEnvironment environment;
  private final String providerUrl;
  private final Map<String, RoleJvm> running = new LinkedHashMap<>();
  private final Map<String, String> variables;

  public Fleet(TestEnvironment environment, String providerUrl) {
    this(environment, providerUrl, Map.of());
  }

  /** Creates a fleet whose roles get additional environment variables. */
  public Fleet(TestEnvironment environment, String providerUrl, Map<String, String> variables) {
    this.environment = environment;
    this.providerUrl = providerUrl;
    this.variables = variables;
  }

  /** Starts a role; an earlier one of this name must have ended. */
  public RoleJvm start(String name) throws IOException {
    return start(name, Map.of());
  }

  /** The same with environment variables of its own. */
  public RoleJvm start(String name, Map<String, String> more) throws IOException {
    Map<String, String> all = new HashMap<>(variables);
    all.putAll(more);
    RoleJvm role = new RoleJvm(environment, providerUrl, name, all);
    running.put(name, role);
    return role;
  }

  /** Starts this many instances of a role, numbered from 1. */
  public void start(String role, int count) throws IOException {
    for (int number = 1; number <= count; number++) {
      start(role + " " + number);
    }
  }

  public RoleJvm get(String name) {
    RoleJvm role = running.get(name);
    if (role == null) {
      throw new IllegalArgumentException("there is no " + name);
    }
    return role;
  }

  /** Stops a role as an orchestrator does; returns whether it ended in time. */
  public boolean stop(String name) throws InterruptedException {
    boolean inTime = get(name).stop();
    running.remove(name);
    return inTime;
  }

  /** Kills a role, which stays down until it is started again. */
  public void kill(String name) throws InterruptedException {
    get(name).kill();
    running.remove(name);
  }

  /** Returns whether all roles report ready. */
  public boolean ready() throws InterruptedException {
    return notReady().isEmpty();
  }

  /** Returns the health reports of the roles that are not ready, by role. */
  public Map<String, String> notReady() throws InterruptedException {
    Map<String, String> answers = new LinkedHashMap<>();
    for (Map.Entry<String, RoleJvm> role : running.entrySet()) {
      String health = role.getValue().health();
      if (!health.contains("\"ready\":true")) {
        answers.put(role.getKey(), health);
      }
    }
    return answers;
  }

  /** An environment variable of its roles. */
  public String variable(String name) {
    return Objects.requireNonNull(variables.get(name));
  }

  public List<String> names() {
    return List.copyOf(running.keySet());
  }

  @Override
  public void close() {
    running.values().forEach(RoleJvm::close);
  }
}
