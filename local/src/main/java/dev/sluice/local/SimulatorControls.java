package dev.sluice.local;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** {@code /simulator/…}: changes the simulator's behaviour while it runs. */
final class SimulatorControls {
  private final WhatsAppSimulator simulator;

  SimulatorControls(WhatsAppSimulator simulator) {
    this.simulator = simulator;
  }

  void add(RoutesConfig routes) {
    routes.addHttpHandler(
        HandlerType.POST,
        "/simulator/reset",
        context -> {
          simulator.reset();
          context.status(204);
        });
    routes.addHttpHandler(HandlerType.PUT, "/simulator/token", this::changeToken);
    routes.addHttpHandler(HandlerType.PUT, "/simulator/refusals", this::changeRefusals);
    routes.addHttpHandler(HandlerType.PUT, "/simulator/troubles", this::changeTroubles);
    routes.addHttpHandler(HandlerType.PUT, "/simulator/errors", this::changeErrors);
    routes.addHttpHandler(
        HandlerType.PUT,
        "/simulator/held-for-quality",
        context -> {
          simulator.setHeldForQuality(Boolean.parseBoolean(context.body().strip()));
          context.status(204);
        });
    routes.addHttpHandler(HandlerType.POST, "/simulator/inbound", this::inbound);
  }

  private void changeToken(Context context) {
    String body = context.body().strip();
    simulator.setAccessToken(body.isEmpty() ? null : body);
    context.status(204);
  }

  private void changeRefusals(Context context) {
    try {
      simulator.setRefusals(
          context.body().lines().filter(l -> !l.isBlank()).map(Refusal::parse).toList());
      context.status(204);
    } catch (IllegalArgumentException e) {
      GraphResponses.json(context, 400, Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  private void changeTroubles(Context context) {
    try {
      simulator.setTroubles(
          context.body().lines().filter(l -> !l.isBlank()).map(Trouble::parse).toList());
      context.status(204);
    } catch (IllegalArgumentException e) {
      GraphResponses.json(context, 400, Map.of("error", String.valueOf(e.getMessage())));
    }
  }

  private void changeErrors(Context context) {
    try {
      simulator.setErrorShare(Double.parseDouble(context.body().strip()));
      context.status(204);
    } catch (NumberFormatException e) {
      GraphResponses.json(context, 400, Map.of("error", "expected a share between 0 and 1"));
    }
  }

  private void inbound(Context context) throws InterruptedException {
    JsonNode body = GraphResponses.body(context);
    try {
      if (body == null) {
        throw new IllegalStateException("expected {\"from\", \"text\"}");
      }
      simulator.inbound(body.path("from").asString(""), body.path("text").asString(""));
      context.status(204);
    } catch (IllegalStateException e) {
      GraphResponses.json(context, 400, Map.of("error", String.valueOf(e.getMessage())));
    }
  }
}
