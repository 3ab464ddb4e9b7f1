package dev.sluice.console.sender;

import dev.sluice.console.http.Audit;
import dev.sluice.console.http.Bulkhead;
import dev.sluice.console.http.Fields;
import dev.sluice.console.http.HeldBodies;
import dev.sluice.console.http.JsonHttp;
import dev.sluice.console.http.Lists;
import dev.sluice.console.http.ProblemException;
import dev.sluice.console.output.CommandPublisher;
import dev.sluice.providers.Providers;
import dev.sluice.schema.Control;
import dev.sluice.schema.FrequencyCap;
import dev.sluice.schema.SendRequest;
import dev.sluice.schema.jooq.tables.records.SenderRecord;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code /api/senders}: which senders there are, and how fast they send. */
public final class SenderRoutes {
  private static final int LONGEST_SEARCH = 100;

  private final HeldBodies bodies;
  private final Bulkhead changes;
  private final Senders senders;
  private final SenderViews views;
  private final SenderViews changed;
  private final CommandPublisher commands;
  private final Lists lists;

  /**
   * Creates the routes.
   *
   * @param changes places of those who change something
   * @param views read senders for lists
   * @param changed read a changed sender, on the connections for changes
   */
  public SenderRoutes(
      HeldBodies bodies,
      Bulkhead changes,
      Senders senders,
      SenderViews views,
      SenderViews changed,
      CommandPublisher commands,
      Lists lists) {
    this.bodies = bodies;
    this.changes = changes;
    this.senders = senders;
    this.views = views;
    this.changed = changed;
    this.commands = commands;
    this.lists = lists;
  }

  /** A sender to create or change; the address is required. */
  record Change(
      @Nullable String provider,
      @Nullable String address,
      @Nullable Double ratePerSecond,
      @Nullable Integer lanes,
      @Nullable Integer dailyLimit,
      @Nullable Integer capMessages,
      @Nullable Integer capDays,
      @Nullable String account) {}

  public void add(RoutesConfig routes) {
    routes.get("/api/senders", this::list);
    routes.get("/api/senders/{id}", this::read);
    routes.put("/api/senders/{id}", this::put);
    routes.post("/api/senders/{id}/unblock", this::unblock);
  }

  private void list(Context context) {
    String after = context.queryParam("after");
    String from = after == null ? "" : Fields.storable("after", after);
    String search = context.queryParam("search");
    String part = search == null ? "" : Fields.atMost(LONGEST_SEARCH, "search", search.strip());
    lists.send(context, () -> views.found(part, from));
  }

  private void read(Context context) {
    String id = Fields.storable("id", context.pathParam("id"));
    lists.send(context, () -> views.one(id));
  }

  private void unblock(Context context) {
    String id = Fields.storable("id", context.pathParam("id"));
    if (changes.run(() -> senders.find(id)).isEmpty()) {
      throw ProblemException.notFound("There is no sender " + id + ".");
    }
    String who = Audit.who(context);
    commands.control(id, new Control(Control.State.RUNNING, "unblocked by " + who));
    Audit.log(context, "unblock", "sender " + id);
    JsonHttp.json(context, 202, Map.of("id", id, "command", "unblock"));
  }

  private void put(Context context) {
    String id = context.pathParam("id");
    if (!id.matches("[A-Za-z0-9._-]{1,100}")) {
      throw ProblemException.badRequest(
          "A sender's id is made of letters, digits, dots, dashes and underscores.");
    }
    Change change = bodies.read(context, Change.class);
    String address = change.address();
    if (address == null || !address.matches("[A-Za-z0-9._-]{1,200}")) {
      throw ProblemException.badRequest(
          "\"address\" must be the sender's address at the provider (WhatsApp: the phone number id).");
    }
    double rate = change.ratePerSecond() == null ? 80 : change.ratePerSecond();
    int lanes = change.lanes() == null ? 1 : change.lanes();
    if (lanes < 1 || lanes > 1_000) {
      throw ProblemException.field("lanes", "must be between 1 and 1,000");
    }
    if (!(rate / lanes >= SendRequest.SLOWEST && rate <= 1_000_000)) {
      throw ProblemException.field(
          "ratePerSecond",
          "must be from " + SendRequest.SLOWEST + " for each lane to 1,000,000 in all");
    }
    if (change.provider() != null && !change.provider().matches("[A-Za-z0-9._-]{1,100}")) {
      throw ProblemException.field(
          "provider", "is made of letters, digits, dots, dashes and underscores, at most 100");
    }
    if (change.dailyLimit() != null && change.dailyLimit() < 1) {
      throw ProblemException.field("dailyLimit", "must be at least 1, or null for none");
    }
    requireCap(change.capMessages(), change.capDays());
    if (change.account() != null && !change.account().matches("[A-Za-z0-9._-]{0,100}")) {
      throw ProblemException.field(
          "account", "is the provider's account that the address belongs to (WhatsApp: its id)");
    }
    SenderRecord sender = new SenderRecord();
    sender.setId(id);
    sender.setProvider(change.provider() == null ? Providers.USUAL : change.provider());
    sender.setAddress(address);
    sender.setRatePerSecond(rate);
    sender.setLanes(lanes);
    sender.setDailyLimit(change.dailyLimit());
    sender.setCapMessages(change.capMessages());
    sender.setCapDays(change.capDays());
    // If no account is given, the one learned from the provider's calls stays; an empty one takes
    // it away.
    if (change.account() != null) {
      sender.setAccount(change.account().isEmpty() ? null : change.account());
    }
    boolean withCampaigns = "true".equals(context.queryParam("acceptScheduled"));
    JsonHttp.json(
        context,
        200,
        changes.run(() -> {
          requireLanesFree(id, lanes);
          SenderRecord saved = senders.put(sender, withCampaigns);
          Audit.log(context, "put", "sender " + id);
          return changed.changed(saved);
        }));
  }

  private static void requireCap(@Nullable Integer messages, @Nullable Integer days) {
    if ((messages == null) != (days == null)) {
      throw ProblemException.field(
          messages == null ? "capMessages" : "capDays",
          "is missing: a frequency cap is so many messages in so many days; give both or none");
    }
    requireWithin("capMessages", messages, FrequencyCap.MOST_MESSAGES);
    requireWithin("capDays", days, FrequencyCap.MOST_DAYS);
  }

  private static void requireWithin(String field, @Nullable Integer value, int most) {
    if (value != null && (value < 1 || value > most)) {
      throw ProblemException.field(field, "must be from 1 to %,d".formatted(most));
    }
  }

  /** Requests queued in removed lanes would be sent beside the new lanes, and too fast. */
  private void requireLanesFree(String id, int lanes) {
    if (senders.isSendingInOtherLanes(id, lanes)) {
      throw ProblemException.conflict(
          "The number of lanes cannot change while the sender's campaigns are sending; its rate"
              + " can.");
    }
  }
}
