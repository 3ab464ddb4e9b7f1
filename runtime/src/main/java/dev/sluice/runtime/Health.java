package dev.sluice.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The current failures of a service, by component. Logs one line when a component fails and one
 * when it recovers, however often the failure is reported in between.
 */
public final class Health {
  private static final String STARTING = "starting";

  private final Logger log;
  private final Map<String, String> problems = new ConcurrentHashMap<>();
  private final Map<String, String> notices = new ConcurrentHashMap<>();

  public Health() {
    this(LoggerFactory.getLogger(Health.class));
  }

  /** Creates one that writes to another log. */
  public Health(Logger log) {
    this.log = log;
  }

  /** Reports that a component is failing, and why. */
  public void failing(String component, String reason) {
    String before = problems.put(component, reason);
    if (before == null || before.equals(STARTING)) {
      log.warn("{}: {} (retrying; recovery will be logged)", component, reason);
    }
  }

  /** Reports that a component is still starting, which is not a failure. */
  public void starting(String component) {
    problems.put(component, STARTING);
  }

  /** Reports that a component is working. */
  public void working(String component) {
    String before = problems.remove(component);
    if (before != null && !before.equals(STARTING)) {
      log.info("{}: recovered", component);
    }
  }

  /** Reports what an operator must know, although the service is ready. */
  public void notice(String component, String words) {
    if (notices.put(component, words) == null) {
      log.warn("{}: {}", component, words);
    }
  }

  /** Reports that what was noticed is over. */
  public void noticeOver(String component) {
    if (notices.remove(component) != null) {
      log.info("{}: recovered", component);
    }
  }

  /** Returns what operators must know, by component. */
  public Map<String, String> notices() {
    return new TreeMap<>(notices);
  }

  /** Returns the current failures by component; empty if the service is ready. */
  public Map<String, String> problems() {
    return new TreeMap<>(problems);
  }
}
