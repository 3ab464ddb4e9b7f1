package dev.sluice.runtime;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a service misses at the moment, by component. It logs one line when something goes missing
 * and one when it is back, however often the trouble is reported in between.
 */
public final class Health {
  private static final Logger log = LoggerFactory.getLogger(Health.class);

  private static final String STARTING = "starting";

  private final Map<String, String> problems = new ConcurrentHashMap<>();

  /** Reports that a component fails, and how. */
  public void failing(String component, String reason) {
    String before = problems.put(component, reason);
    if (before == null || before.equals(STARTING)) {
      log.warn("{}: {} (trying on, will say when it is back)", component, reason);
    }
  }

  /** Reports that a component is not there yet, which is nobody's fault. */
  public void starting(String component) {
    problems.put(component, STARTING);
  }

  /** Reports that a component works. */
  public void working(String component) {
    String before = problems.remove(component);
    if (before != null && !before.equals(STARTING)) {
      log.info("{}: back again", component);
    }
  }

  /** What fails now, by component; empty if the service is ready. */
  public Map<String, String> problems() {
    return new TreeMap<>(problems);
  }
}
