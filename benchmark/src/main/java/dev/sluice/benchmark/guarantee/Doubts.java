package dev.sluice.benchmark.guarantee;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How many recipients each killed or frozen worker left in doubt, and how many of these were never
 * sent to: the price of declaring a start before sending.
 *
 * @param events what happened to workers, in this order
 * @param causes which of it put a recipient in doubt, by recipient
 * @param inDoubt the recipients who ended in doubt
 * @param accepted the recipients whose message the provider accepted
 */
public record Doubts(
    List<String> events, Map<Long, String> causes, Set<Long> inDoubt, Set<Long> accepted) {

  /** Returns a line for each event, and one for all together. */
  public List<String> lines() {
    return Stream.concat(
            events.stream()
                .map(event ->
                    line(
                        event,
                        inDoubt.stream().filter(one -> event.equals(causes.get(one))).toList())),
            Stream.of(line("in all", inDoubt)))
        .toList();
  }

  private String line(String event, Collection<Long> doubtful) {
    long neverSent = doubtful.stream().filter(one -> !accepted.contains(one)).count();
    return event + ": " + doubtful.size() + " in doubt, " + neverSent + " of them never sent";
  }
}
