package dev.sluice.benchmark.chaos;

import dev.sluice.local.Sandbox;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The roles that run now, by names like {@code worker 1}. */
public final class Fleet implements AutoCloseable {
  /** For runs in which nobody measures how results are written: the last ones come sooner. */
  static final Map<String, String> WRITING_SOON = Map.of("SLUICE_FLUSH_INTERVAL", "2s");

  private final Sandbox sandbox;
  private final String providerUrl;
  private final Map<String, RoleJvm> running = new LinkedHashMap<>();
  private final Map<String, String> environment;

  Fleet(Sandbox sandbox, String providerUrl) {
    this(sandbox, providerUrl, Map.of());
  }

  /** One whose roles get more environment variables. */
  public Fleet(Sandbox sandbox, String providerUrl, Map<String, String> environment) {
    this.sandbox = sandbox;
    this.providerUrl = providerUrl;
    this.environment = environment;
  }

  /** Starts a role; one that ran under this name must have ended. */
  public RoleJvm start(String name) throws IOException {
    RoleJvm role = new RoleJvm(sandbox, providerUrl, name, environment);
    running.put(name, role);
    return role;
  }

  /** Starts so many of a role, numbered from 1. */
  void start(String role, int count) throws IOException {
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

  /** Stops a role as an orchestrator does. */
  boolean stop(String name) throws InterruptedException {
    boolean inTime = get(name).stop();
    running.remove(name);
    return inTime;
  }

  /** Kills a role; it is gone until it is started again. */
  void kill(String name) throws InterruptedException {
    get(name).kill();
    running.remove(name);
  }

  /** Whether everybody calls itself ready. */
  public boolean ready() throws InterruptedException {
    return notReady().isEmpty();
  }

  /** What those who do not call themselves ready say of their health, by role. */
  Map<String, String> notReady() throws InterruptedException {
    Map<String, String> answers = new LinkedHashMap<>();
    for (Map.Entry<String, RoleJvm> role : running.entrySet()) {
      String health = role.getValue().health();
      if (!health.contains("\"ready\":true")) {
        answers.put(role.getKey(), health);
      }
    }
    return answers;
  }

  List<String> names() {
    return List.copyOf(running.keySet());
  }

  @Override
  public void close() {
    running.values().forEach(RoleJvm::close);
  }
}
