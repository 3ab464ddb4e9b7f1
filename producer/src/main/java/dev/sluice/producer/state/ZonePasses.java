package dev.sluice.producer.state;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The passes of a campaign that is sent at a local time: one for each time zone, in the order in
 * which their moments come, and possibly one for all other recipients. They are fixed when the
 * campaign starts, so that new time zone rules move no recipient from one pass to another.
 *
 * @param passes at least one
 * @param current the place of the pass that is being fed; those before it are complete
 */
public record ZonePasses(List<Pass> passes, int current) {
  public ZonePasses {
    passes = List.copyOf(passes);
    if (current < 0 || current >= passes.size()) {
      throw new IllegalArgumentException("there is no pass " + current);
    }
  }

  /**
   * The recipients of one time zone.
   *
   * @param zone null for all recipients whose zone has no pass of its own
   * @param at when they may be sent to
   */
  public record Pass(@Nullable String zone, Instant at) {}

  /** Returns the pass that is being fed. */
  public Pass now() {
    return passes.get(current);
  }

  boolean isLast() {
    return current == passes.size() - 1;
  }

  ZonePasses next() {
    return new ZonePasses(passes, current + 1);
  }

  /** Returns the zones that have a pass of their own. */
  public List<String> named() {
    return passes.stream().map(Pass::zone).filter(Objects::nonNull).toList();
  }

  /** Returns the place of the pass that includes the recipients of this zone; -1 for none. */
  int place(@Nullable String zone) {
    int others = -1;
    for (int place = 0; place < passes.size(); place++) {
      String its = passes.get(place).zone();
      if (its == null) {
        others = place;
      } else if (its.equals(zone)) {
        return place;
      }
    }
    return others;
  }
}
