package dev.sluice.console;

import java.util.LinkedHashMap;
import java.util.Map;

/** A request that cannot be served, as an RFC 9457 problem: what is wrong, and what helps. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int status;
  private final String title;

  private ProblemException(int status, String title, String detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  static ProblemException badRequest(String detail) {
    return new ProblemException(400, "Bad request", detail);
  }

  static ProblemException unauthorized(String detail) {
    return new ProblemException(401, "Unauthorized", detail);
  }

  static ProblemException forbidden(String detail) {
    return new ProblemException(403, "Forbidden", detail);
  }

  static ProblemException tooLarge(String detail) {
    return new ProblemException(413, "Content too large", detail);
  }

  /** It came too slowly, or broke off. */
  static ProblemException requestTimeout(String detail) {
    return new ProblemException(408, "Request timeout", detail);
  }

  /** No place is free; {@link Answer} says when to come again. */
  static ProblemException tooManyRequests(String detail) {
    return new ProblemException(429, "Too many requests", detail);
  }

  static ProblemException notFound(String detail) {
    return new ProblemException(404, "Not found", detail);
  }

  static ProblemException conflict(String detail) {
    return new ProblemException(409, "Conflict", detail);
  }

  static ProblemException tooMany(String detail) {
    return new ProblemException(429, "Too many requests", detail);
  }

  static ProblemException unavailable(String detail) {
    return new ProblemException(503, "Service unavailable", detail);
  }

  int status() {
    return status;
  }

  Map<String, Object> body() {
    return body(status, title, String.valueOf(getMessage()));
  }

  static Map<String, Object> body(int status, String title, String detail) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("type", "about:blank");
    body.put("title", title);
    body.put("status", status);
    body.put("detail", detail);
    return body;
  }
}
