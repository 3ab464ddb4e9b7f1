package dev.sluice.local;

import dev.sluice.runtime.Closer;
import io.javalin.config.RoutesConfig;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A WhatsApp Cloud API on this machine: {@code POST /{version}/{phone-number-id}/messages} over
 * real HTTP, with or without TLS, with a rate limit per number and with latency and faults on
 * request. {@code GET /simulator/report} and {@code GET /simulator/accepted} return what it has
 * accepted.
 */
public final class WhatsAppSimulator implements AutoCloseable {
  private final Closer closer = new Closer();
  private final Behaviour behaviour;
  private final MessageIds messageIds = new MessageIds();
  private final @Nullable ReceiptSender receipts;
  private final Messages messages;
  private final Listener listener;

  /** Starts listening. */
  public WhatsAppSimulator(SimulatorConfig config) {
    behaviour = new Behaviour(config);
    ReceiptConfig reporting = config.receipts();
    SimulatorGuard guard = new SimulatorGuard(config.listener().loopbackOnly());
    try {
      receipts =
          reporting == null ? null : closer.register(new ReceiptSender(reporting, config.seed()));
      messages = closer.register(new Messages(config, behaviour, messageIds, receipts));
      listener = new Listener(config.listener(), routes -> route(routes, guard));
    } catch (Throwable e) {
      try (closer) {
        throw e;
      }
    }
  }

  private void route(RoutesConfig routes, SimulatorGuard guard) {
    guard.add(routes);
    routes.post("/{version}/{number}/messages", messages::send);
    routes.get("/{version}/{account}/message_templates", new SimulatedTemplates(behaviour)::list);
    routes.get("/simulator/report", context -> GraphResponses.json(context, 200, report()));
    routes.get(
        "/simulator/accepted",
        context -> GraphResponses.json(context, 200, accepted().perRecipient()));
    new SimulatorControls(this).add(routes);
  }

  /** Calls the webhook with a message from a user to the business. */
  public void inbound(String from, String text) throws InterruptedException {
    ReceiptSender reporting = receipts;
    if (reporting == null) {
      throw new IllegalStateException("no webhook was configured");
    }
    String digits = from.replaceAll("[^0-9]", "");
    reporting.deliver(
        Map.of(
            "messages",
            List.of(
                Map.of(
                    "from",
                    digits,
                    "id",
                    messageIds.next(digits),
                    "timestamp",
                    Long.toString(Instant.now().getEpochSecond()),
                    "type",
                    "text",
                    "text",
                    Map.of("body", text)))),
        1);
  }

  /** Has this share of the messages answered that are accepted from now on. */
  public void setReplied(double share) {
    Objects.requireNonNull(receipts, "no webhook was configured").setReplied(share);
  }

  /** Makes this the only valid bearer token; null accepts any. */
  public void setAccessToken(@Nullable String newToken) {
    behaviour.setAccessToken(newToken);
  }

  /** Refuses messages to these numbers from now on, and to no others. */
  public void setRefusals(List<Refusal> newRefusals) {
    behaviour.setRefusals(newRefusals);
  }

  /** Answers these senders wrongly from now on, and no others. */
  public void setTroubles(List<Trouble> newTroubles) {
    behaviour.setTroubles(newTroubles);
  }

  /** Sets whether templates are held for a quality assessment from now on, as by Meta's pacing. */
  public void setHeldForQuality(boolean held) {
    behaviour.setHeldForQuality(held);
  }

  /** Holds receipts back from now on, or sends all that are held. */
  public void setReceiptsHeld(boolean held) {
    if (receipts != null) {
      receipts.hold(held);
    }
  }

  /** Answers this share of messages with HTTP 500 from now on. */
  public void setErrorShare(double share) {
    behaviour.setErrorShare(share);
  }

  /** Returns what was counted so far. */
  public SimulatorReport report() {
    return messages.report();
  }

  /** Returns what it has accepted. */
  public AcceptedMessages accepted() {
    return messages.accepted();
  }

  /** Returns when what arrived was written, by workers that say so. */
  public WrittenMessages written() {
    return messages.written();
  }

  /** Closes its connections and refuses new ones until {@link #comeBack}. */
  public void goAway() {
    listener.goAway();
  }

  /** Listens again, on the same port. */
  public void comeBack() {
    listener.comeBack();
  }

  /** Resets all counts and rate limits. */
  public void reset() {
    messages.reset();
  }

  /** Returns its port. */
  public int port() {
    return listener.port();
  }

  /** Returns its base URL, to be used in place of the provider's. */
  public String url() {
    return listener.url();
  }

  @Override
  public void close() {
    // It waits for calls, some of which are held until the others are closed.
    try (listener) {
      closer.close();
    }
  }
}
