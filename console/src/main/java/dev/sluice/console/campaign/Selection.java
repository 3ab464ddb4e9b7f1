package dev.sluice.console.campaign;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import dev.sluice.console.recipient.SelectedRecipients;
import dev.sluice.schema.RecipientStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Recipients who were selected for a resend.
 *
 * @param found those of the campaign
 * @param unknown how many others there are
 */
record Selection(List<SelectedRecipients.One> found, int unknown) {

  /** Returns the ids of those with one of these statuses. */
  List<Long> having(Set<RecipientStatus> statuses) {
    return found.stream()
        .filter(one -> statuses.contains(one.status()))
        .map(SelectedRecipients.One::id)
        .sorted()
        .toList();
  }

  /** Returns what is told before a resend: how many there are of each status. */
  Map<String, @Nullable Object> told() {
    Map<String, @Nullable Object> told = new LinkedHashMap<>();
    told.put("selected", counts(one -> true));
    told.put("suppressed", counts(SelectedRecipients.One::suppressed));
    told.put("unknown", unknown);
    return told;
  }

  /** Returns what is told of a resend to those with one of these statuses. */
  Map<String, @Nullable Object> told(Set<RecipientStatus> statuses) {
    Map<String, @Nullable Object> told = new LinkedHashMap<>();
    told.put("recipients", having(statuses).size());
    told.put("left", counts(one -> !statuses.contains(one.status())));
    told.put("unknown", unknown);
    return told;
  }

  private Map<RecipientStatus, Long> counts(Predicate<SelectedRecipients.One> which) {
    return found.stream()
        .filter(which)
        .collect(groupingBy(SelectedRecipients.One::status, TreeMap::new, counting()));
  }
}
