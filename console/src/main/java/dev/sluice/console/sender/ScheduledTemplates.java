package dev.sluice.console.sender;

import static dev.sluice.schema.jooq.Tables.CAMPAIGN;
import static dev.sluice.schema.jooq.Tables.SENDER;
import static org.jooq.impl.DSL.inline;

import dev.sluice.console.output.CommandPublisher;
import dev.sluice.runtime.Loop;
import dev.sluice.runtime.kafka.ControlsView;
import dev.sluice.schema.CampaignStatus;
import dev.sluice.schema.Clipped;
import dev.sluice.schema.Control;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import tools.jackson.databind.JsonNode;

/**
 * Compares campaigns that are about to start at their time with their templates, as nobody can be
 * asked then. What does not fit is told as the campaign's control, which the producer reads when it
 * starts the campaign. Nobody waits for this: a campaign whose list does not come in time starts.
 */
public final class ScheduledTemplates implements AutoCloseable {
  /** Long enough to read a list in, and so short that a template is not paused meanwhile. */
  private static final Duration AHEAD = Duration.ofSeconds(15);

  /** What is told later may cross with the start. */
  private static final Duration LATEST = Duration.ofSeconds(1);

  private static final Duration EVERY = Duration.ofSeconds(1);
  private static final int LONGEST_REASON = 1_000;

  private final DSLContext sql;
  private final TemplateStates states;
  private final Templates templates;
  private final ControlsView controls;
  private final CommandPublisher commands;

  /** The campaigns about to start that were looked at, with the start that they had. */
  private final Map<UUID, Instant> seen = new HashMap<>();

  private final Loop loop;

  /**
   * Begins to look.
   *
   * @param sql connections for background work
   */
  public ScheduledTemplates(
      DSLContext sql, Templates templates, ControlsView controls, CommandPublisher commands) {
    this.sql = sql;
    this.states = new TemplateStates(sql);
    this.templates = templates;
    this.controls = controls;
    this.commands = commands;
    loop = Loop.start("scheduled templates", this::look);
  }

  private record Due(UUID id, Instant at, String account) {}

  private Duration look() {
    List<Due> due = due(Instant.now());
    seen.keySet().retainAll(due.stream().map(Due::id).collect(Collectors.toSet()));
    due.stream()
        .filter(one -> !one.at().equals(seen.put(one.id(), one.at())))
        .collect(Collectors.groupingBy(Due::account))
        // An account whose list is slow keeps nobody else's campaigns.
        .forEach((account, campaigns) ->
            Thread.ofVirtual()
                .name("scheduled templates " + account)
                .start(() -> compare(account, campaigns)));
    return EVERY;
  }

  private List<Due> due(Instant now) {
    return sql.select(CAMPAIGN.ID, CAMPAIGN.SCHEDULED_AT, SENDER.ACCOUNT)
        .from(CAMPAIGN)
        .join(SENDER)
        .on(SENDER.ID.eq(CAMPAIGN.SENDER_ID))
        .where(CAMPAIGN.STATUS.eq(inline(CampaignStatus.SCHEDULED, CAMPAIGN.STATUS)))
        .and(CAMPAIGN.SCHEDULED_AT.between(now, now.plus(AHEAD)))
        .and(SENDER.PROVIDER.eq("whatsapp"))
        .and(SENDER.ACCOUNT.isNotNull())
        .fetch(row -> new Due(row.value1(), row.value2(), row.value3()));
  }

  private void compare(String account, List<Due> campaigns) {
    Map<Due, JsonNode> used = new HashMap<>();
    campaigns.forEach(
        one -> states.template(one.id()).ifPresent(found -> used.put(one, found.template())));
    if (!used.isEmpty()) {
      // Also learns which templates are stopped, for the producer.
      templates
          .misfits(account, used)
          .forEach((one, misfits) -> {
            if (Instant.now().plus(LATEST).isBefore(one.at())) {
              tell(one.id(), misfits);
            }
          });
    }
  }

  private void tell(UUID id, List<String> misfits) {
    if (!misfits.isEmpty()) {
      String reason = Clipped.to(LONGEST_REASON, String.join("; ", misfits));
      commands.controlCampaign(id, new Control(Control.State.PAUSED, reason));
    } else if (controls.campaign(id).state() == Control.State.PAUSED) {
      // It did not fit before, and had another start.
      commands.controlCampaign(id, new Control(Control.State.RUNNING, "it fits its template"));
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}
