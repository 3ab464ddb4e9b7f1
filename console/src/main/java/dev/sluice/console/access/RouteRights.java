package dev.sluice.console.access;

import java.util.Map;
import java.util.Optional;

/** The right that each route of the API asks for; who has none for it is refused. */
final class RouteRights {
  /** The one route for those who have not signed in yet. */
  static final String SESSION = "/api/session";

  static final Map<String, Right> TABLE =
      Map.ofEntries(
          Map.entry("GET /api/session", Right.READ),
          Map.entry("GET /api/campaigns", Right.READ),
          Map.entry("GET /api/campaigns/events", Right.READ),
          Map.entry("GET /api/campaigns/{id}", Right.READ),
          Map.entry("GET /api/campaigns/{id}/events", Right.READ),
          Map.entry("GET /api/campaigns/{id}/recipients", Right.READ),
          Map.entry("GET /api/campaigns/{id}/suppressed", Right.READ),
          Map.entry("GET /api/campaigns/{id}/zones", Right.READ),
          Map.entry("GET /api/campaigns/{id}/review", Right.READ),
          Map.entry("GET /api/campaigns/{id}/errors", Right.READ),
          Map.entry("GET /api/campaigns/{id}/pace", Right.READ),
          Map.entry("GET /api/campaigns/{id}/replies", Right.READ),
          Map.entry("GET /api/campaigns/{id}/export", Right.READ),
          Map.entry("GET /api/tests/{testId}", Right.READ),
          Map.entry("GET /api/regions", Right.READ),
          Map.entry("GET /api/senders", Right.READ),
          Map.entry("GET /api/senders/events", Right.READ),
          Map.entry("GET /api/senders/{id}", Right.READ),
          Map.entry("GET /api/senders/{id}/templates", Right.READ),
          Map.entry("GET /api/suppressions", Right.READ),
          Map.entry("GET /api/opt-outs", Right.READ),
          Map.entry("POST /api/campaigns", Right.MANAGE),
          Map.entry("PATCH /api/campaigns/{id}", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/review", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/duplicate", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/archive", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/recipients", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/test", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/pause", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/resume", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/cancel", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/resend", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/resend/review", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/suppress", Right.MANAGE),
          Map.entry("POST /api/recipients/check", Right.MANAGE),
          Map.entry("POST /api/suppressions", Right.MANAGE),
          Map.entry("POST /api/campaigns/{id}/start", Right.START),
          Map.entry("PUT /api/senders/{id}", Right.OPERATE),
          Map.entry("POST /api/senders/{id}/unblock", Right.OPERATE),
          Map.entry("DELETE /api/suppressions/{phone}", Right.OPERATE));

  private RouteRights() {}

  static Optional<Right> of(String method, String path) {
    return Optional.ofNullable(TABLE.get(method + " " + path));
  }

  /** Returns whether a request signs in or out, which anybody may. */
  static boolean isForAll(String method, String path) {
    return path.equals(SESSION) && (method.equals("POST") || method.equals("DELETE"));
  }
}
