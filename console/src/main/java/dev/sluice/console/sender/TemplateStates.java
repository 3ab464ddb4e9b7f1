package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static dev.sluice.schema.jooq.Tables.TEMPLATE_STATE;
import static org.jooq.impl.DSL.excluded;

import dev.sluice.providers.Providers;
import dev.sluice.schema.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Which templates may be used, as far as the provider has reported; the newest report counts. */
public final class TemplateStates {
  private static final Duration REST_OF_A_SECOND = Duration.ofMillis(999);

  private final DSLContext sql;

  public TemplateStates(DSLContext sql) {
    this.sql = sql;
  }

  /**
   * A reported state of a template. The provider's times are whole seconds, so the order within one
   * is unknown: a stop counts as of its end and everything else as of its beginning, so a stop
   * wins.
   *
   * @param account the account's id, or empty for any
   * @param language as anybody writes it, or empty for any
   * @param stopped why it may not be used; null if it may
   */
  public record State(
      String account, String name, String language, @Nullable String stopped, Instant at) {
    /** {@code en-US} in events is {@code en_US} in messages. */
    public State {
      language = language.replace('-', '_').toLowerCase(Locale.ROOT);
      Instant second = at.truncatedTo(ChronoUnit.SECONDS);
      at = stopped == null ? second : second.plus(REST_OF_A_SECOND);
    }
  }

  /** Stores states that are newer than the known ones; a repeated report changes nothing. */
  public void learn(Collection<State> told) {
    for (State state : told) {
      sql.insertInto(TEMPLATE_STATE)
          .set(TEMPLATE_STATE.NAME, state.name())
          .set(TEMPLATE_STATE.LANGUAGE, state.language())
          .set(TEMPLATE_STATE.ACCOUNT, state.account())
          .set(TEMPLATE_STATE.STOPPED, state.stopped())
          .set(TEMPLATE_STATE.AT, state.at())
          .onConflict(TEMPLATE_STATE.NAME, TEMPLATE_STATE.LANGUAGE, TEMPLATE_STATE.ACCOUNT)
          .doUpdate()
          .set(TEMPLATE_STATE.STOPPED, excluded(TEMPLATE_STATE.STOPPED))
          .set(TEMPLATE_STATE.AT, excluded(TEMPLATE_STATE.AT))
          .where(TEMPLATE_STATE.AT.lt(excluded(TEMPLATE_STATE.AT)))
          .execute();
    }
  }

  /** Returns the names of templates of which at least one is stopped. */
  Set<String> stoppedNames() {
    return sql.select(TEMPLATE_STATE.NAME)
        .from(TEMPLATE_STATE)
        .where(TEMPLATE_STATE.STOPPED.isNotNull())
        .fetchSet(TEMPLATE_STATE.NAME);
  }

  /**
   * A template that a message uses.
   *
   * @param account the account of the message's sender; null if it is unknown
   * @param template the {@code template} of the message
   * @param stop what keeps it from being used; null if nothing does
   */
  public record Used(@Nullable String account, JsonNode template, @Nullable Stop stop) {}

  /** Why a template may not be used, and since when. */
  record Stop(String reason, Instant at) {}

  /** Returns the template of a campaign; empty if its message has none. */
  public Optional<Used> used(UUID campaignId) {
    return sql.select(CAMPAIGN.SENDER_ID, CAMPAIGN.MESSAGE)
        .from(CAMPAIGN)
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional()
        .flatMap(row -> used(row.value1(), Json.MAPPER.readTree(row.value2().data())));
  }

  /** Returns the template of a message from this sender; empty if its provider has none. */
  public Optional<Used> used(@Nullable String sender, JsonNode message) {
    JsonNode template = message.path("template");
    return template.isObject()
        ? sql.select(SENDER.ACCOUNT, SENDER.PROVIDER)
            .from(SENDER)
            .where(SENDER.ID.eq(sender))
            .fetchOptional()
            .filter(row -> Providers.hasTemplates(row.value2()))
            .map(row -> new Used(row.value1(), template, stop(row.value1(), template)))
        : Optional.empty();
  }

  private @Nullable Stop stop(@Nullable String account, JsonNode template) {
    State wanted = wanted(account, template, Instant.EPOCH);
    Condition here = TEMPLATE_STATE.NAME.eq(wanted.name());
    if (!wanted.language().isEmpty()) {
      here = here.and(TEMPLATE_STATE.LANGUAGE.in("", wanted.language()));
    }
    if (!wanted.account().isEmpty()) {
      here = here.and(TEMPLATE_STATE.ACCOUNT.in("", wanted.account()));
    }
    return sql.select(TEMPLATE_STATE.STOPPED, TEMPLATE_STATE.AT)
        .from(TEMPLATE_STATE)
        .where(here)
        .orderBy(TEMPLATE_STATE.AT.desc())
        .limit(1)
        .fetchOptional()
        .filter(row -> row.value1() != null)
        .map(row -> new Stop(row.value1(), row.value2()))
        .orElse(null);
  }

  /** Returns the state of a template that may be used. */
  private static State wanted(@Nullable String account, JsonNode template, Instant at) {
    return new State(
        account == null ? "" : account,
        template.path("name").asString(""),
        template.at("/language/code").asString(""),
        null,
        at);
  }

  /**
   * A person who has seen what stops a template says that it may be used.
   *
   * @return what is said of it now
   */
  State allow(Used used) {
    State allowed = wanted(used.account(), used.template(), allowedAt(used.stop(), Instant.now()));
    learn(Set.of(allowed));
    return allowed;
  }

  /** A stop counts as of the end of its second, and what is said against it as of the next one. */
  static Instant allowedAt(@Nullable Stop stop, Instant now) {
    if (stop == null) {
      return now;
    }
    Instant next = stop.at().truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
    return next.isAfter(now) ? next : now;
  }
}
