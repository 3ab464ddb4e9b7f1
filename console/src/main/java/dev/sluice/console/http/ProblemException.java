package dev.sluice.console.http;

import dev.sluice.schema.Clipped;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request that cannot be served, as an RFC 9457 problem: what is wrong, and what helps. */
public final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Characters of a name made up by a client that are repeated. */
  private static final int LONGEST_NAME = 100;

  private final int status;
  private final String title;
  private final transient Map<String, Object> members = new LinkedHashMap<>();

  private ProblemException(int status, String title, String detail) {
    super(detail);
    this.status = status;
    this.title = title;
  }

  public static ProblemException badRequest(String detail) {
    return new ProblemException(400, "Bad request", detail);
  }

  /** Creates a problem with a field of the request. */
  public static ProblemException field(String name, String otherwise) {
    String shown = Clipped.to(LONGEST_NAME, name);
    return badRequest("\"" + shown + "\" " + otherwise + ".").with("field", shown);
  }

  public static ProblemException unauthorized(String detail) {
    return new ProblemException(401, "Unauthorized", detail);
  }

  public static ProblemException forbidden(String detail) {
    return new ProblemException(403, "Forbidden", detail);
  }

  public static ProblemException tooLarge(String detail) {
    return new ProblemException(413, "Content too large", detail);
  }

  /** The body arrived too slowly, or broke off. */
  static ProblemException requestTimeout(String detail) {
    return new ProblemException(408, "Request timeout", detail);
  }

  /** No place is free; {@link JsonHttp} says when to try again. */
  public static ProblemException tooManyRequests(String detail) {
    return new ProblemException(429, "Too many requests", detail);
  }

  public static ProblemException notFound(String detail) {
    return new ProblemException(404, "Not found", detail);
  }

  public static ProblemException conflict(String detail) {
    return new ProblemException(409, "Conflict", detail);
  }

  /** The request can be read, but what it says cannot be accepted. */
  public static ProblemException unprocessable(String detail) {
    return new ProblemException(422, "Unprocessable content", detail);
  }

  /** This console is not configured for it. */
  public static ProblemException notImplemented(String detail) {
    return new ProblemException(501, "Not implemented", detail);
  }

  /** The provider failed. */
  public static ProblemException badGateway(String detail) {
    return new ProblemException(502, "Bad gateway", detail);
  }

  public static ProblemException unavailable(String detail) {
    return new ProblemException(503, "Service unavailable", detail);
  }

  /** There is no room for what was to be stored. */
  static ProblemException insufficientStorage(String detail) {
    return new ProblemException(507, "Insufficient storage", detail);
  }

  /** Adds a member for programs, such as the field in question. */
  public ProblemException with(String member, Object value) {
    members.put(member, value);
    return this;
  }

  /** Returns the same problem, with what was done before it. */
  public ProblemException after(String done) {
    String detail = String.valueOf(getMessage());
    ProblemException problem =
        new ProblemException(status, title, detail + (detail.endsWith(".") ? " " : ". ") + done);
    problem.members.putAll(members);
    return problem;
  }

  public int status() {
    return status;
  }

  public Map<String, Object> body() {
    Map<String, Object> body = body(status, title, String.valueOf(getMessage()));
    body.putAll(members);
    return body;
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
