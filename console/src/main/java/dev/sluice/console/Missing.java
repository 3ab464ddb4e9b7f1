package dev.sluice.console;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.CAMPAIGN_RECIPIENT;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.val;

import dev.sluice.schema.Json;
import dev.sluice.schema.MessageTemplate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectField;

/**
 * Variables of a message that recipients do not have: these people would fail and get nothing.
 *
 * @param recipients how many people lack at least one
 * @param variables how many lack each, by its name
 */
record Missing(long recipients, Map<String, Long> variables) {
  /** Names that are counted each on its own. */
  private static final int NAMED = 50;

  /** What a campaign's recipients lack, if they lack anything. */
  static Optional<Missing> of(DSLContext sql, UUID campaignId) {
    Set<String> names = variablesOf(sql, campaignId);
    if (names.isEmpty()) {
      return Optional.empty();
    }
    var variables = CAMPAIGN_RECIPIENT.VARIABLES;
    List<String> named = names.stream().limit(NAMED).toList();
    Condition all =
        condition("jsonb_exists_all({0}, {1})", variables, val(names.toArray(String[]::new)));
    List<SelectField<?>> counts = new ArrayList<>();
    counts.add(count().filterWhere(not(all)));
    named.forEach(name ->
        counts.add(
            count().filterWhere(not(condition("jsonb_exists({0}, {1})", variables, val(name))))));
    Record row =
        sql.select(counts)
            .from(CAMPAIGN_RECIPIENT)
            .where(CAMPAIGN_RECIPIENT.CAMPAIGN_ID.eq(campaignId))
            .fetchSingle();
    Tally tally = new Tally(names);
    tally.recipients = row.get(0, Long.class);
    for (int i = 0; i < named.size(); i++) {
      tally.add(named.get(i), row.get(i + 1, Long.class));
    }
    return tally.missing();
  }

  private static Set<String> variablesOf(DSLContext sql, UUID campaignId) {
    return sql.select(CAMPAIGN.MESSAGE)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(CAMPAIGN.MESSAGE)
        .map(Missing::variablesOf)
        .orElse(Set.of());
  }

  static Set<String> variablesOf(JSONB message) {
    return new MessageTemplate(Json.MAPPER.readTree(message.data())).variables();
  }

  /** In words, for people. */
  String words() {
    return variables.entrySet().stream()
        .map(one -> "\"" + one.getKey() + "\" (" + one.getValue() + ")")
        .collect(
            Collectors.joining(
                ", ",
                recipients + " recipient(s) lack variables of the message and would get nothing: ",
                "."));
  }

  /** Counts what is missing, row by row. */
  static final class Tally {
    private final Set<String> names;
    private final Map<String, Long> variables = new LinkedHashMap<>();
    private long recipients;

    Tally(Set<String> names) {
      this.names = names;
    }

    void take(Map<String, String> given) {
      boolean complete = true;
      for (String name : names) {
        if (!given.containsKey(name)) {
          complete = false;
          add(name, 1);
        }
      }
      recipients += complete ? 0 : 1;
    }

    private void add(String name, long people) {
      if (people > 0) {
        variables.merge(name, people, Long::sum);
      }
    }

    Optional<Missing> missing() {
      return recipients == 0 ? Optional.empty() : Optional.of(new Missing(recipients, variables));
    }
  }
}
