package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static dev.sluice.schema.jooq.Tables.STOPPED_CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.TEMPLATE_STATE;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;

import dev.sluice.schema.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.Field;
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
   * What is said of a template. The provider's times are whole seconds, so within one nobody knows
   * what came first: a stop counts as its end and everything else as its beginning, and wins.
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

  /** Returns why a campaign's template may not be used; empty if it may. */
  Optional<String> stopped(UUID campaignId) {
    return sql.select(STOPPED_CAMPAIGN.REASON)
        .from(STOPPED_CAMPAIGN)
        .where(STOPPED_CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(STOPPED_CAMPAIGN.REASON);
  }

  /**
   * A campaign's template.
   *
   * @param account the account of the campaign's sender; null if it is unknown
   * @param template the {@code template} of its message
   */
  record Used(@Nullable String account, JsonNode template) {}

  /** Returns the template of a campaign through WhatsApp; empty if its message has none. */
  Optional<Used> template(UUID campaignId) {
    return sql.select(SENDER.ACCOUNT, CAMPAIGN.MESSAGE)
        .from(CAMPAIGN)
        .join(SENDER)
        .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
        .where(CAMPAIGN.ID.eq(campaignId))
        .and(SENDER.PROVIDER.eq("whatsapp"))
        .fetchOptional(row ->
            new Used(row.value1(), Json.MAPPER.readTree(row.value2().data()).path("template")))
        .filter(used -> used.template().isObject());
  }

  /** Returns the account of a campaign's sender, if it is known. */
  Optional<String> account(UUID campaignId) {
    return sql.select(SENDER.ACCOUNT)
        .from(CAMPAIGN)
        .join(SENDER)
        .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
        .where(CAMPAIGN.ID.eq(campaignId))
        .fetchOptional(SENDER.ACCOUNT);
  }

  /**
   * A person who has seen what stops a campaign's template says that it may be used.
   *
   * @return whether its message has a template
   */
  boolean allow(UUID campaignId) {
    Instant now = Instant.now();
    // A stop counts as the end of its second, which may lie ahead.
    Instant at =
        sql.select(STOPPED_CAMPAIGN.AT)
            .from(STOPPED_CAMPAIGN)
            .where(STOPPED_CAMPAIGN.ID.eq(campaignId))
            .fetchOptional(STOPPED_CAMPAIGN.AT)
            .map(stopped -> stopped.plusSeconds(1))
            .filter(now::isBefore)
            .orElse(now);
    Field<String> name =
        field("jsonb_extract_path_text({0}, 'template', 'name')", String.class, CAMPAIGN.MESSAGE);
    Field<String> language =
        field(
            "jsonb_extract_path_text({0}, 'template', 'language', 'code')",
            String.class, CAMPAIGN.MESSAGE);
    Set<State> allowed =
        sql.select(coalesce(SENDER.ACCOUNT, inline("")), name, coalesce(language, inline("")))
            .from(CAMPAIGN)
            .join(SENDER)
            .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
            .where(CAMPAIGN.ID.eq(campaignId))
            .and(name.isNotNull())
            .fetchSet(row -> new State(row.value1(), row.value2(), row.value3(), null, at));
    learn(allowed);
    return !allowed.isEmpty();
  }
}
